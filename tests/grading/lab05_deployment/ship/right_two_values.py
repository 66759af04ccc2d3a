"""What the decisions of each bring, by the model's probability, and their difference."""


def ship(sample, terms):
    threshold = terms["contact"] / terms["worth"]

    def brings(probability):
        called = sample[probability >= threshold]
        return (called["full"] * terms["worth"] - terms["contact"]).sum()

    each = (brings(sample["full"]) - brings(sample["small"])) / len(sample)
    return bool(terms["saves"] - each * terms["customers"] > 0)
