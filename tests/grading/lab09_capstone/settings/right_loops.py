"""Loops, and a regular expression in place of a set."""


def settings(base, environments, name):
    errors, known = [], name in environments
    own = environments[name] if known else {}
    if not known:
        errors.append("unknown environment: " + name)
    result = copy.deepcopy(base)
    for section in own:
        if section not in base:
            errors.append("unknown key: " + section)
        for key, value in own[section].items():
            if section in base and key not in base[section]:
                errors.append(f"unknown key: {section}.{key}")
            elif section in base:
                result[section][key] = value
    for source in (base, own):
        for section in source:
            for key in source[section]:
                if has_password(source[section][key]):
                    errors.append(f"password: {section}.{key}")
    errors = sorted(dict.fromkeys(errors))
    return dict(settings=None if errors else result, errors=errors)


def has_password(value):
    if type(value) is not str:
        return False
    password = urlsplit(value).password or "${X}"
    filled_in = password.startswith("${") and password.endswith("}")
    return not (filled_in and re.match("^[a-zA-Z0-9_]+$", password[2:-1]))
