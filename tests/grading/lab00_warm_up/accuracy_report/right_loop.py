"""Plain Python counting."""


def accuracy_report(train_labels, test_labels, predicted):
    leavers = sum(int(label) for label in train_labels)
    more_common = 1 if leavers > len(train_labels) - leavers else 0
    right = sum(int(y) == int(p) for y, p in zip(test_labels, predicted))
    lazy = sum(int(y) == more_common for y in test_labels)
    found = [int(p) for y, p in zip(test_labels, predicted) if y == 1]
    n = len(test_labels)
    return {
        "accuracy": right / n,
        "baseline_accuracy": lazy / n,
        "recall": sum(found) / len(found) if found else None,
        "beats_baseline": right > lazy,
    }
