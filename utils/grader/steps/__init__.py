"""The steps of nbgrader's converters that are this course's own; ``nbgrader_config.py`` names them.

``SubmissionExporter`` reads a submission, and ``RepairMetadata`` finds the lab's cells in it;
``RestoreParameters``, ``TrustedExecute``, ``RemoveGuards`` and ``SafeToRead`` autograde it; ``Grades``,
``HideTests`` and ``Sanitise`` make its feedback. They hold only what nbgrader asks of them; what they
do stands in the packages below.
"""

from grader.steps.execute import TrustedExecute
from grader.steps.exporter import SubmissionExporter
from grader.steps.feedback import Grades, HideTests
from grader.steps.parameters import RemoveGuards, RestoreParameters
from grader.steps.repair_metadata import RepairMetadata
from grader.steps.sanitise import SafeToRead, Sanitise

__all__ = [
    "Grades",
    "HideTests",
    "RemoveGuards",
    "RepairMetadata",
    "RestoreParameters",
    "SafeToRead",
    "Sanitise",
    "SubmissionExporter",
    "TrustedExecute",
]
