"""By NumPy."""


def version_for(customer, release, share):
    share = float(share)
    if not (share >= 0 and share <= 1):
        raise ValueError(f"{share} is no share")
    raw = hashlib.sha256(":".join([release, customer]).encode("utf-8")).digest()
    number = int(np.frombuffer(raw, dtype=">u8", count=1)[0])
    return ["champion", "candidate"][number / 2**64 < share]
