"""Is the service well, and is the model still good? What is watched once it serves.

``drift`` asks whether data look as they did, with detectors behind one small interface. ``performance``
estimates what the scores are worth before labels arrive, ``conformal`` says which answers a score
leaves open and how often the truth is among them, ``truth`` joins predictions with the labels that
arrive weeks later, ``slices`` looks for customers for whom the model is worse. ``diversity`` says whom
a policy reaches, and whether it is always the same, ``contacts`` how often somebody is contacted, and
what that does to the answer. ``slo`` has objectives, error budgets and the indicators that are counted
for them, ``burn_rate`` the rules by which a budget that burns becomes an alert, ``alerts`` what an
alert must carry and how a policy is judged, ``postmortem`` a timeline and what is rendered from it,
``fault_tree`` which faults together stop a system. ``usage`` looks for clients that use the service as
nobody should, ``numbers`` for values that arithmetic does not survive.
"""
