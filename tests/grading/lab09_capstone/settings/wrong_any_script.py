"""A NAME has letters and digits of any script."""


def settings(base, environments, name):
    errors = set() if name in environments else {f"unknown environment: {name}"}
    own = environments.get(name, {})
    for section, keys in own.items():
        if section not in base:
            errors.add(f"unknown key: {section}")
        else:
            errors |= {f"unknown key: {section}.{key}" for key in keys if key not in base[section]}
    for sections in (base, own):
        for section, keys in sections.items():
            for key, value in keys.items():
                password = urlsplit(value).password if isinstance(value, str) else None
                if password and not re.fullmatch(r"\$\{\w+\}", password):
                    errors.add(f"password: {section}.{key}")
    if errors:
        return {"settings": None, "errors": sorted(errors)}
    merged = {section: keys | own.get(section, {}) for section, keys in base.items()}
    return {"settings": merged, "errors": []}
