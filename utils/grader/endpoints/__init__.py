"""The two programs at the ends of the wire; neither imports anything else of the grader.

``agent`` runs in the learner's kernel and answers questions, ``examiner`` runs tests in a process
of its own and asks them.
"""
