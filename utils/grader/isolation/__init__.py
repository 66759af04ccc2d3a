"""What keeps a learner's process apart, and counts and limits what it uses.

``sandbox`` makes the bubblewrap command, ``watchdog`` ends what passes its limits by what
``resource_usage`` reads (``process`` is one that is watched), ``fair_clock`` tells the time that a
process had, and ``files`` copies folders that a learner can change at any moment.
"""

from grader.isolation.fair_clock import FairClock
from grader.isolation.files import copy_tree, remove_tree, scratch_folder
from grader.isolation.process import Process
from grader.isolation.sandbox import Limits, Sandbox, why_not
from grader.isolation.watchdog import Watchdog

__all__ = [
    "FairClock",
    "Limits",
    "Process",
    "Sandbox",
    "Watchdog",
    "copy_tree",
    "remove_tree",
    "scratch_folder",
    "why_not",
]
