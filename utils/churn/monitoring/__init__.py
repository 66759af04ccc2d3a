"""Is the service well, and is the model still good?

``slo`` has objectives, error budgets and the indicators that are counted for them, ``burn_rate`` the
rules by which a budget that burns becomes an alert, ``alerts`` what an alert must carry, how many of
one cause are made one, and how a policy is judged, ``postmortem`` a timeline and what is rendered
from it.
"""
