"""Fixes every record, retrains at every change of leavers, and asks no price."""


def remedy(before, now, terms):
    columns = [c for c in before if c != "left"]
    moved = ((now[columns].mean() - before[columns].mean()) / before[columns].std()).abs()
    if moved.max() > 0.3:
        return ("fix", moved.idxmax())
    more = abs(now["left"].mean() - scores(before, now).mean())
    return ("retrain", None) if more > 0.05 else ("nothing", None)
