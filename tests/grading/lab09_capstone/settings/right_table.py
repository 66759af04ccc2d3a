"""A pandas table with a row per value."""


def settings(base, environments, name):
    own = environments.get(name) or {}
    rows = [
        (where, section, key, value)
        for where, sections in (("base", base), ("own", own))
        for section, keys in sections.items()
        for key, value in keys.items()
    ]
    table = pd.DataFrame(rows, columns=["where", "section", "key", "value"], dtype=object)
    secret = [
        isinstance(value, str)
        and bool(urlsplit(value).password)
        and re.fullmatch(r"[$][{][0-9A-Za-z_]+[}]", urlsplit(value).password) is None
        for value in table["value"]
    ]
    places = {(s, k) for s, keys in base.items() for k in keys}
    errors = {f"password: {row.section}.{row.key}" for row in table[secret].itertuples()}
    for row in table[table["where"] == "own"].itertuples():
        if row.section in base and (row.section, row.key) not in places:
            errors.add(f"unknown key: {row.section}.{row.key}")
    errors |= {f"unknown key: {section}" for section in set(own) - set(base)}
    if name not in environments:
        errors.add(f"unknown environment: {name}")
    settings = {
        s: {k: own.get(s, {}).get(k, v) for k, v in keys.items()} for s, keys in base.items()
    }
    return {"settings": None if errors else settings, "errors": sorted(errors)}
