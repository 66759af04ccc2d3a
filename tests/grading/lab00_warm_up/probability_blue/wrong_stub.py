"""The empty stub as handed out."""


def probability_blue(prevalence, sensitivity, specificity):
    raise NotImplementedError()
