"""Whether what serves is still good: drift, performance before and after the labels, slices.

``performance`` estimates what the scores are worth before labels arrive, ``conformal`` says which
answers a score leaves open and how often the truth is among them, ``truth`` joins predictions with
the labels that arrive weeks later, ``slices`` looks for customers for whom the model is worse.
"""
