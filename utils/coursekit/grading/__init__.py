"""Releasing, collecting and grading labs with nbgrader.

`release` → `collect` → `engine` → `feedback` → `report`, each on the folders that
`nbgrader_config.py` names. An `engine.Engine` turns one submission into one outcome; everything
before and after it does not know which engine that is.
"""
