"""Says 'yes' or 'no' in words."""


def accuracy_report(train_labels, test_labels, predicted):
    more_common = int((train_labels.mean() > 0.5))
    accuracy = float((test_labels == predicted).mean())
    baseline_accuracy = float((test_labels == more_common).mean())
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline_accuracy,
        "recall": predicted[test_labels == 1].mean() if (test_labels == 1).any() else None,
        "beats_baseline": "yes" if accuracy > baseline_accuracy else "no",
    }
