"""Reports the precision as recall."""


def accuracy_report(train_labels, test_labels, predicted):
    more_common = int((train_labels.mean() > 0.5))
    accuracy = float((test_labels == predicted).mean())
    baseline_accuracy = float((test_labels == more_common).mean())
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline_accuracy,
        "recall": test_labels[predicted == 1].mean() if (predicted == 1).any() else None,
        "beats_baseline": bool(accuracy > baseline_accuracy),
    }
