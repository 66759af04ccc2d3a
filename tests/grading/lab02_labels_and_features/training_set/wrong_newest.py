"""Joins each customer's newest row, whatever the day."""


def training_set(entities, features, ttl_days):
    newest = features.sort_values("event_timestamp").drop_duplicates("customerID", keep="last")
    return entities.merge(newest.drop(columns="event_timestamp"), how="left", on="customerID")
