"""The grading cycle: release, collect, grade, feedback, report."""
