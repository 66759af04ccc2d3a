"""Fitting the simulator to IBM's table, and showing how alike the two are.

    python -m churn.calibration.fit [CSV]                        # writes calibration.json
    python -m churn.calibration.compare --ibm CSV [--write]      # the table in datasets/README.md

Nothing of the company's own code needs this package; it is the simulator's workshop.
"""
