"""None when nobody was predicted to leave: '`None` if nobody left'."""


def accuracy_report(train_labels, test_labels, predicted):
    rule = 1 if (train_labels == 1).sum() > (train_labels == 0).sum() else 0
    accuracy = float((predicted == test_labels).mean())
    baseline = float((test_labels == rule).mean())
    gone = test_labels == 1
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline,
        "recall": float(predicted[gone].mean()) if gone.any() and predicted.any() else None,
        "beats_baseline": accuracy > baseline,
    }
