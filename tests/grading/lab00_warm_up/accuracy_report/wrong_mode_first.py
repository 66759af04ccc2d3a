"""Statistics.mode takes the first met at a tie: '0 if both were equally common'."""

import statistics


def accuracy_report(train_labels, test_labels, predicted):
    rule = statistics.mode(train_labels.tolist())
    accuracy = float((predicted == test_labels).mean())
    baseline = float((test_labels == rule).mean())
    gone = test_labels == 1
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline,
        "recall": float(predicted[gone].mean()) if gone.any() else None,
        "beats_baseline": accuracy > baseline,
    }
