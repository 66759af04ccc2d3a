"""A text without a scheme is taken to have no password."""


def _password(value):
    if not isinstance(value, str) or "://" not in value:
        return False
    try:
        found = urlsplit(value).password
    except ValueError:
        return False
    return bool(found) and not re.fullmatch(r"\$\{[A-Za-z0-9_]+\}", found)


def settings(base, environments, name):
    errors = set()
    own = {}
    if name in environments:
        own = environments[name]
    else:
        errors.add(f"unknown environment: {name}")
    for section, values in own.items():
        if section not in base:
            errors.add(f"unknown key: {section}")
            continue
        for key in values:
            if key not in base[section]:
                errors.add(f"unknown key: {section}.{key}")
    for part in (base, own):
        for section, values in part.items():
            for key, value in values.items():
                if _password(value):
                    errors.add(f"password: {section}.{key}")
    if errors:
        return {"settings": None, "errors": sorted(errors)}
    merged = {}
    for section, values in base.items():
        merged[section] = {}
        for key, value in values.items():
            mine = own.get(section, {})
            merged[section][key] = mine[key] if key in mine else value
    return {"settings": merged, "errors": []}
