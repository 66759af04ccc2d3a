"""What is started from outside: the ``course`` command, and the plugin that pytest loads.

``main``, ``grading`` and ``incident`` hold the commands, ``pytest_plugin`` is that plugin, ``here``
says in which course they work and what a learner's copy of it cannot do, ``terminal`` and ``progress``
how they speak.

The only package that imports all the others: ``coursecli`` → ``grader`` → ``coursekit`` → ``churn``.
"""
