"""What an answer can say, and what is told once it is in.

All of this can be read by everybody: it says what can happen to a telco, not what happened in a drill.
"""

from __future__ import annotations

from dataclasses import dataclass

from churn.simulator import KINDS

NOTHING = "nothing"

#: What can be done about it; one of them is part of an answer.
REMEDIES = {
    "contract": "agree with the source on the values, and treat new ones on purpose",
    "refit_column": "keep the new values, and refit what was learned from the old ones",
    "drop_column": "take the column out of the model",
    "read_as_of": "train on values as they were known at the time",
    "convert": "convert back to what was agreed, and check it on arrival",
    "deduplicate": "load by key, so that a repeated job changes nothing",
    "filter_rows": "keep rows out that are no customers, and stop them at the gate",
    "redeliver": "stop, go on with the last good values, and have the data delivered again",
    "retrain": "retrain on what happened since",
    "recalibrate": "shift the scores, or the threshold; the ranking is still good",
    "weight": "weight the training data like today's mix of customers",
    "hold_out": "leave a random part of the customers alone, and learn from them",
    NOTHING: "leave everything as it is",
}


@dataclass(frozen=True)
class Story:
    """One kind of incident as it is told afterwards.

    Attributes:
        told: what happened.
        clue: where it can be seen.
        best: remedies that get all points.
        fair: remedies that get half of them.
        columns: other columns than the planted one that are as good an answer.
    """

    told: str
    clue: str
    best: tuple[str, ...]
    fair: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


STORIES: dict[str, Story] = {
    "new_gender_categories": Story(
        "The sign-up form got new entries. Nobody told the churn team, and nothing crashed: the "
        "encoder ignores values that it does not know.",
        "Only customers who signed up since then have the new values, so their share grows slowly.",
        ("contract",), ("retrain",),
    ),
    "reestimated_column": Story(
        "The network team found a better estimate and wrote it over the old one, under the old name.",
        "Mean and spread of one column jump in one month for everybody, and nobody leaves any more "
        "or less for it.",
        ("refit_column",), ("retrain", "drop_column"),
    ),
    "legacy_feature": Story(
        "The column was useful once, and stayed in the model because it cannot hurt. Then the "
        "register behind it was switched off.",
        "A code that was never there before takes over, for customers of every kind.",
        ("drop_column",), ("refit_column",),
    ),
    "backfilled_column": Story(
        "After a fault the gaps of past months were filled with how long customers did stay. A model "
        "trained on that past knows the future.",
        "Nothing in new rows. The same past months, read again later, have other values; gaps begin "
        "again in the month in which it was done.",
        ("read_as_of",), ("drop_column",),
    ),
    "upstream_model_corrected": Story(
        "The team of the marketing score found that it was too high for everyone, and mended it. Every "
        "model that had got used to the error was wrong from that day on.",
        "One column shifts by a constant while its spread and order, and the departures, stay.",
        ("refit_column",), ("convert", "retrain"),
    ),
    "marketing_shift": Story(
        "A campaign brought another kind of customer: fiber without a fixed term, paid by electronic "
        "check. Each kind of customer behaves as before; the mix is another.",
        "Several columns shift together, among newcomers only.",
        ("weight",), ("retrain",), ("Contract", "PaymentMethod"),
    ),
    "price_rise": Story(
        "Every bill rose by the same factor, and some customers took it badly. What was learned about "
        "bills was learned at other prices.",
        "The bills of customers who changed nothing rise in one month, all by the same share; departures "
        "follow and calm down again.",
        ("retrain",), ("recalibrate",),
    ),
    "competitor_enters": Story(
        "Another company began to sell fiber. No column says so.",
        "No input moves. Departures rise in one segment, fiber without a fixed term, once labels are "
        "in; missing customers show it earlier.",
        ("retrain",), ("recalibrate",),
    ),
    "unit_change_to_cents": Story(
        "The billing system began to export cents. The type is the same, and a number is a number.",
        "One column is a hundred times as large from one month on.",
        ("convert",), ("redeliver",),
    ),
    "duplicated_batch": Story(
        "A load job failed half-way and was started again.",
        "One month has more rows than customers; the copies are equal in every column.",
        ("deduplicate",), ("redeliver", "filter_rows"),
    ),
    "stale_feed": Story(
        "An export repeated its last file, month after month.",
        "A column stands still for every customer where it used to move, and newcomers have no value.",
        ("redeliver",), ("drop_column",),
    ),
    "test_data_in_production": Story(
        "A load test left its customers behind. On a trading floor the same cost millions of dollars: "
        "test data generated real quotes.",
        "Rows that keep every rule of the schema, are all alike, and never grow older.",
        ("filter_rows",),
    ),
    "missing_block": Story(
        "A part of each export was lost.",
        "Missing values in a block of rows, one after the other, so that some ages of customers are hit "
        "and others not.",
        ("redeliver",), ("drop_column",),
    ),
    "time_zone_shift": Story(
        "The collector of events began to write local time where UTC is agreed.",
        "The daily profile of events moves by whole hours; some seem to arrive before they happen, or all "
        "arrive hours late.",
        ("convert",), ("redeliver",),
    ),
    "feedback_loop": Story(
        "A campaign began to contact the customers with the highest scores, and kept many. Their labels "
        "now say that high scores do not leave; where more is watched, or prevented, other data arise.",
        "Contacts where there were none, and among those contacted few departures for their score.",
        ("hold_out",), (), ("contacted",),
    ),
    "threshold_no_longer_right": Story(
        "The whole market moved: everybody leaves more readily, or less. The ranking is as good as "
        "before, the probabilities are not, and a fixed threshold selects the wrong number.",
        "No input moves. Departures change in every segment by about the same factor.",
        ("recalibrate",), ("retrain",),
    ),
    NOTHING: Story(
        "Nothing: a telco grows, and gets older, and some months are odd.",
        "No jump that is larger than those before it. Who looks at twenty columns finds one that looks odd.",
        (NOTHING,),
    ),
}  # fmt: skip
ANSWERS = tuple(sorted(STORIES))
#: Kinds that are taken for each other with some reason; such an answer gets a part of the points.
LIKE = (
    {"competitor_enters", "threshold_no_longer_right", "feedback_loop"},
    {"marketing_shift", "new_gender_categories"},
    {"price_rise", "threshold_no_longer_right"},
    {"reestimated_column", "upstream_model_corrected", "unit_change_to_cents"},
    {"legacy_feature", "stale_feed", "missing_block"},
    {"duplicated_batch", "test_data_in_production"},
)


def columns() -> tuple[str, ...]:
    """The columns that an answer can name."""
    planted = {column for kind in KINDS.values() for column in kind.columns}
    return tuple(sorted(planted | {c for story in STORIES.values() for c in story.columns}))
