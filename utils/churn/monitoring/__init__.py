"""Is the model still good? What is watched once it serves.

``slo``         objectives, error budgets, and the indicators that are counted for them
``burn_rate``   rules by which a budget that burns becomes an alert
``alerts``      what an alert must carry, one for each trouble, and what a policy costs
``postmortem``  a timeline that tools write, and what is rendered from it
"""
