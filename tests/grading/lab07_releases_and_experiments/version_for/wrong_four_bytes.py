"""Four bytes, divided by 2 to the power 32."""


def version_for(customer, release, share):
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    digest = hashlib.sha256(f"{release}:{customer}".encode()).digest()
    place = int.from_bytes(digest[:4], "big") / 2**32
    return "candidate" if place < share else "champion"
