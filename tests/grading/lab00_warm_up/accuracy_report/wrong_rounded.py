"""Rounded to 3 digits: 'nothing is rounded'."""


def accuracy_report(train_labels, test_labels, predicted):
    rule = 1 if (train_labels == 1).sum() > (train_labels == 0).sum() else 0
    accuracy = round(float((predicted == test_labels).mean()), 3)
    baseline = float((test_labels == rule).mean())
    gone = test_labels == 1
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline,
        "recall": float(predicted[gone].mean()) if gone.any() else None,
        "beats_baseline": accuracy > baseline,
    }
