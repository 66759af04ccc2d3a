"""scikit-learn's metrics and its dummy classifier."""

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, recall_score


def accuracy_report(train_labels, test_labels, predicted):
    dummy = DummyClassifier(strategy="most_frequent")
    dummy.fit(np.zeros((len(train_labels), 1)), train_labels)
    guess = dummy.predict(np.zeros((len(test_labels), 1)))
    accuracy = accuracy_score(test_labels, predicted)
    baseline_accuracy = accuracy_score(test_labels, guess)
    return {
        "accuracy": accuracy,
        "baseline_accuracy": baseline_accuracy,
        "recall": recall_score(test_labels, predicted) if sum(test_labels) else None,
        "beats_baseline": accuracy > baseline_accuracy,
    }
