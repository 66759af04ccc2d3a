"""The colleague's job: takes any key, section, environment and password, and drops values that are falsy."""


def settings(base, environments, name):
    own = environments.get(name) or {}
    merged = {}
    for section in [*base, *own]:
        merged[section] = dict(base.get(section, {}))
        for key, value in own.get(section, {}).items():
            if value:
                merged[section][key] = value
    return {"settings": merged, "errors": []}
