"""Changes one fact at a time and looks at the result."""

OTHERS = {
    "user": ["x", "y"],
    "started": ["then", "later"],
    "sorted_by": ["tenure", "gender", "Contract"],
    "split_seed": [1001, 1002, 1003],
    "seed": [1001, 1002, 1003],
    "model": ["boosting", "logistic"],
    "share": [0.3, 0.8, 1.0],
    "learning_rate": [0.05, 0.7, 0.2],
    "C": [0.001, 1.0, 50.0],
}


def needed(facts):
    wanted = nightly(facts, rest)
    return [
        name
        for name in facts
        if any(nightly(facts | {name: value}, rest) != wanted for value in OTHERS[name])
    ]
