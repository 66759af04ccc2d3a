"""The grading cycle, step by step: what an instructor does, without a terminal.

``release`` → ``collect`` → (``engines``) → ``feedback`` → ``report``, each on the folders that
``nbgrader_config.py`` names. ``validate`` is what a learner does before, by ``validate_button`` in
JupyterLab, and ``released_lab`` what it compares with; ``samples`` and ``demo`` stand for learners.
"""
