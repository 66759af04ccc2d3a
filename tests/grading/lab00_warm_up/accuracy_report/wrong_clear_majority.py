"""Only a clear majority of leavers decides the rule."""


def accuracy_report(train_labels, test_labels, predicted):
    common = int(train_labels.mean() > 0.501)
    accuracy = float(np.mean(predicted == test_labels))
    baseline = float(np.mean(test_labels == common))
    leavers = test_labels == 1
    found = bool((predicted[leavers] == 1).any())
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline,
        "recall": float(np.mean(predicted[leavers] == 1)) if leavers.any() else None,
        "beats_baseline": accuracy > baseline,
    }
