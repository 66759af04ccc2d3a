"""Accuracy from differences, counts of leavers from sums."""


def accuracy_report(train_labels, test_labels, predicted):
    rule = 1 if 2 * train_labels.sum() > len(train_labels) else 0
    accuracy = 1 - float(np.abs(predicted - test_labels).mean())
    baseline = 1 - float(np.abs(rule - test_labels).mean())
    left = int(test_labels.sum())
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline,
        "recall": int((predicted * test_labels).sum()) / left if left else None,
        "beats_baseline": accuracy > baseline,
    }
