"""By the digest as text."""


def version_for(customer, release, share):
    if math.isnan(share) or share > 1 or share < 0:
        raise ValueError("no share")
    text = hashlib.sha256((release + ":" + customer).encode("utf-8")).hexdigest()
    return "candidate" if int(text[:16], 16) < share * 2**64 else "champion"
