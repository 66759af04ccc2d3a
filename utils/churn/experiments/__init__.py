"""Trying something on customers so that one knows afterwards what it did.

``power`` says how many customers an experiment needs, ``assignment`` who gets what, and
``sample_ratio`` whether that is what happened. ``ab_test`` compares two arms, in any metric and in
dollars, ``cuped`` takes out what was known before. ``sequential`` and ``group_sequential`` are for
whoever looks before the end, ``many_tests`` for whoever runs many experiments at once.
``bandits`` earn while they learn, ``interleaving`` compares two rankings on one list. ``uplift``
learns whom a contact keeps, ``policy_value`` says from a log by chance what contacting them earns,
``qini`` how well a ranking finds them.
"""
