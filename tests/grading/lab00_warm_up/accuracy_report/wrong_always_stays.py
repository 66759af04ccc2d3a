"""The baseline always says 'stays', whatever was more common in training."""


def accuracy_report(train_labels, test_labels, predicted):
    more_common = int(0)
    accuracy = float((test_labels == predicted).mean())
    baseline_accuracy = float((test_labels == more_common).mean())
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline_accuracy,
        "recall": predicted[test_labels == 1].mean() if (test_labels == 1).any() else None,
        "beats_baseline": bool(accuracy > baseline_accuracy),
    }
