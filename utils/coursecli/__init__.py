"""What is started from outside: the ``course`` command, and the plugin that pytest loads.

The only package that imports all the others: ``coursecli`` → ``grader`` → ``coursekit`` → ``churn``.
"""
