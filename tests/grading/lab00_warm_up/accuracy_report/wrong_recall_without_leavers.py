"""Reports a recall of 0 when nobody left."""


def accuracy_report(train_labels, test_labels, predicted):
    more_common = int((train_labels.mean() > 0.5))
    accuracy = float((test_labels == predicted).mean())
    baseline_accuracy = float((test_labels == more_common).mean())
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline_accuracy,
        "recall": float(predicted[test_labels == 1].mean()) if (test_labels == 1).any() else 0.0,
        "beats_baseline": bool(accuracy > baseline_accuracy),
    }
