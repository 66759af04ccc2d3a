"""Props of lessons and labs: deliveries with a planted fault, a Delta table with a past.

They lie on the learner's disk, so they hold shapes and readers, never an answer. What a telco would
own stands in ``churn``.
"""
