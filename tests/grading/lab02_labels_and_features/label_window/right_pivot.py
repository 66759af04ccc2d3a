"""A table with a column for each kind, and half-open intervals of time stamps."""


def label_window(log, cutoff, window_days):
    wide = log.pivot_table(
        index="customerID", columns="kind", values="occurred_at", aggfunc="min"
    ).reindex(columns=["joined", "left"])
    end_of_cutoff = pd.Timestamp(cutoff) + pd.Timedelta(days=1)
    end_of_window = end_of_cutoff + pd.Timedelta(days=window_days)
    left = pd.to_datetime(wide["left"]).fillna(pd.Timestamp.max)
    wide = wide[(wide["joined"] < end_of_cutoff) & (left >= end_of_cutoff)]
    left = left[wide.index]
    return pd.DataFrame(
        {"customerID": list(wide.index), "churned": (left < end_of_window).tolist()}
    ).astype({"churned": float})
