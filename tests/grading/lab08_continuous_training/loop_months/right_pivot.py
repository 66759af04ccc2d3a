"""With a table of chosen customers by month and group."""


def loop_months(log, break_even):
    if log.empty:
        return []
    chosen = log.pivot_table(
        index="month", columns="group", values="chosen", aggfunc="sum", fill_value=0
    )
    total = chosen.sum(axis=1)
    shares = chosen.div(total.where(total > 0), axis=0).fillna(0.0)
    diversity = np.exp(-special.xlogy(shares, shares).sum(axis=1)).where(total > 0, 0.0)
    had = chosen.iloc[0] > 0
    answer = []
    for month in chosen.index:
        dropped = chosen.columns[had & (chosen.loc[month] == 0)]
        held = log.query("month == @month and held_out == 1 and group in @dropped")["left"]
        missed = None if held.empty else float(held.mean())
        loop = diversity[month] < 0.75 * diversity.iloc[0] and missed is not None
        loop = bool(loop and missed >= break_even)
        row = {"month": int(month), "diversity": float(diversity[month]), "missed": missed}
        answer.append(row | {"loop": loop})
    return answer
