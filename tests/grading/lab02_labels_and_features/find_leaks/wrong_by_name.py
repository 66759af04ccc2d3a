"""Goes by names that sound suspicious."""


def find_leaks(table, target):
    causes = {
        "letter": "after the event",
        "note": "after the event",
        "ticket": "after the event",
        "reading": "after the event",
        "index": "own label",
        "rate": "own label",
        "churn": "own label",
        "row": "record number",
        "key": "record number",
        "no": "record number",
        "file": "record number",
    }
    found = {}
    for name in table.columns.drop(target):
        for part, cause in causes.items():
            if part in name:
                found.setdefault(name, cause)
    return found


my_leaks = find_leaks(suspects, "churned")
