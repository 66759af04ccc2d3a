"""Lets the recall become NaN when nobody left."""

import warnings


def accuracy_report(train_labels, test_labels, predicted):
    more_common = int(train_labels.mean() > 0.5)
    accuracy = float((test_labels == predicted).mean())
    baseline_accuracy = float((test_labels == more_common).mean())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        recall = float(predicted[test_labels == 1].mean())
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline_accuracy,
        "recall": recall,
        "beats_baseline": accuracy > baseline_accuracy,
    }
