"""A departure that is known today lies in a window that ends a delay ago."""


def labels_on(log, cutoff, window_days, delay_days, today):
    labels = label_window(log, cutoff, window_days).set_index("customerID")["churned"]
    days_seen = (pd.Timestamp(today) - pd.Timestamp(cutoff)).days - delay_days
    if days_seen >= window_days:
        return labels.reset_index()
    so_far = (
        label_window(log, cutoff, days_seen).set_index("customerID")["churned"]
        if days_seen > 0
        else labels * 0
    )
    return so_far.reindex(labels.index).replace(0, np.nan).astype(float).reset_index()
