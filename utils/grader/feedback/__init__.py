"""What a learner gets to read: results of checks, and pages that do nothing by themselves.

``check_results`` says what of a test cell may be read, ``sanitise`` makes a learner's own text and
pictures safe to show, ``formulas`` draws mathematics, ``look`` is what pages have in common, ``page``
puts them together.
"""

from grader.feedback.page import FeedbackExporter

__all__ = ["FeedbackExporter"]
