"""Has the column fixed that has drifted most."""


def remedy(before, now, terms):
    columns = [c for c in before if c != "left"]
    moved = ((now[columns].mean() - before[columns].mean()) / before[columns].std()).abs()
    return ("fix", moved.idxmax()) if moved.max() > 0.3 else ("nothing", None)
