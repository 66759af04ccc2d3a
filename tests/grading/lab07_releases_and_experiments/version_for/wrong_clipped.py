"""Shares outside are clipped."""


def version_for(customer, release, share):
    share = min(max(share, 0), 1)
    digest = hashlib.sha256(f"{release}:{customer}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    return "candidate" if place < share else "champion"
