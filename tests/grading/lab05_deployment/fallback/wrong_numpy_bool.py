"""The bools are text."""


def fallback(history, terms):
    def rates(contacted):
        """The share that leaves by group, small groups drawn towards all of their contract."""
        rows = history[history["contacted"] == contacted]
        usual = rows.groupby("contract")["left"].mean()
        groups = rows.groupby(["reason", "contract"])["left"].agg(["sum", "size"])
        found = {}
        for reason, contract in itertools.product(reasons, contracts):
            left, n = (
                groups["sum"].get((reason, contract), 0),
                groups["size"].get((reason, contract), 0),
            )
            found[reason, contract] = (left + 15 * usual.get(contract, 0.0)) / (n + 15)
        return found

    reasons = ["unknown", "store", "features"]
    contracts = ["Month-to-month", "One year", "Two year"]
    with_call, without = rates(True), rates(False)
    return {
        reason: {
            contract: str(
                (without[reason, contract] - with_call[reason, contract]) * terms["worth"]
                > terms["contact"]
            )
            for contract in contracts
        }
        for reason in reasons
    }
    ### END SOLUTION
