"""Running a notebook so that its grade can be trusted: answers in one process, tests in another.

``job`` is what is to be run, ``runner`` runs it, ``proctor`` carries questions from the examiner to
the learner's kernel, ``lab_names`` knows what the lab's own source defines. None needs nbgrader's
database.
"""

from grader.trusted.job import Job
from grader.trusted.lab_names import LabNames, names_of
from grader.trusted.proctor import Proctor
from grader.trusted.runner import run

__all__ = ["Job", "LabNames", "Proctor", "names_of", "run"]
