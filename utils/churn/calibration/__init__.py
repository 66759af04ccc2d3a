"""The simulator's workshop: fitting it to IBM's table, and showing how alike the two are.

    python -m churn.calibration.fit [CSV]                        # writes the simulator's calibration.json
    python -m churn.calibration.compare --ibm CSV [--write]      # the table in datasets/README.md

``fit`` learns the numbers that the simulator draws with, ``compare`` judges what it draws. Both are
commands, so this face imports neither; nothing of the company's own code needs them.
"""
