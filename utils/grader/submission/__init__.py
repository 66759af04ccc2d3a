"""What a learner handed in: which file it is, what is in it, and which of its cells are the lab's.

``decoding`` finds the JSON in a file, ``mending`` makes a notebook of it that can be run, and
``reading`` is both: the one function that reads a submission, in Validate as in grading.
``lab_cells`` says what was handed out; ``recognition`` finds these cells again. ``files`` says
which file of a folder is the notebook, ``archive`` unpacks what came packed. ``sources`` compares a
cell with what was handed out, ``remarks`` are what is said beside the points.
"""

from grader.submission.decoding import LARGEST
from grader.submission.files import Choice, choose
from grader.submission.lab_cells import Original, cells_in_gradebook, cells_of
from grader.submission.reading import read_notebook, reads
from grader.submission.recognition import Recognised, recognise, shared_cells

__all__ = [
    "LARGEST",
    "Choice",
    "Original",
    "Recognised",
    "cells_in_gradebook",
    "cells_of",
    "choose",
    "read_notebook",
    "reads",
    "recognise",
    "shared_cells",
]
