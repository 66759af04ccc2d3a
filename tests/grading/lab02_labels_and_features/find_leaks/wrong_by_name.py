"""Goes by names that sound suspicious."""


def find_leaks(table, target):
    found = {}
    for name in table.columns:
        if "note" in name or "letter" in name or "last" in name:
            found[name] = "after the event"
        elif "rate" in name or "index" in name:
            found[name] = "own label"
    return found
