"""nbgrader for this course: solutions/ → labs/ → grading/.

Read by every `nbgrader` command, by formgrader and the Validate button in JupyterLab, and by the
`course` command, so that all of them see the same folders, gradebook and limits.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path

from grader import cell_errors

# nbgrader puts this name into the file's namespace.
c = get_config()  # type: ignore[name-defined] # noqa: F821

root = Path(__file__).resolve().parent
grading = root / "grading"
# In a checkout that cannot be written nothing is graded; Validate works there.
with suppress(OSError):
    grading.mkdir(exist_ok=True)

# nbgrader makes a new gradebook with `alembic`, called by name: it lies beside this Python, and
# nobody has to activate the environment.
scripts = str(Path(sys.executable).parent)
if scripts not in os.environ["PATH"].split(os.pathsep):
    os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]

c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "labs"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.pyc", "feedback"]
# SQLite waits this many seconds for a lock; nbgrader reports a lock as a damaged database.
c.CourseDirectory.db_url = f"sqlite:///{grading / 'gradebook.db'}?timeout=60"

# A learner who deletes a test cell gets it back.
c.OverwriteCells.add_missing_cells = True

# What other editors write is mended where it is read, and named in the notebook's metadata.
c.Autograde.exporter_class = "grader.steps.SubmissionExporter"

# Copied cells, damaged metadata and missing cells are put right before nbgrader reads them.
c.RepairMetadata.source_directory = str(root / "solutions")
c.Autograde.sanitize_preprocessors = [
    "grader.steps.RepairMetadata",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# So are the cells that were put back; report and feedback tell it.
c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {
    ("language_info", "name"),
    "restored_cells",
    "remarks",
}

# nbgrader takes any text on stderr for a failed test. Warnings, logging and progress bars are not.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"(?s).*"

# Seconds. A cell that runs longer is interrupted and the notebook goes on with the next one.
c.Execute.timeout = int(os.environ.get("COURSE_CELL_TIMEOUT", "60"))
c.Execute.error_on_timeout = cell_errors.timed_out_reply(c.Execute.timeout)
c.Execute.startup_timeout = 120
c.Execute.iopub_timeout = 30

# Learners' code runs in a sandbox, and tests run in a process of their own. The lab's source says
# which modules its tests use. Where there is no sandbox, and every learner is trusted:
# c.TrustedExecute.unsafe_no_sandbox = True
c.TrustedExecute.source_directory = str(root / "solutions")

# The variant comes from the record of the release, whatever the learner's notebook says.
c.RestoreParameters.source_directory = str(root / "solutions")
c.RestoreParameters.record_directory = str(grading / "parameters")
c.Autograde.autograde_preprocessors = [
    "grader.steps.RestoreParameters",
    "grader.steps.TrustedExecute",
    "grader.steps.RemoveGuards",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "grader.steps.SafeToRead",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Feedback: without the hidden tests, and with nothing of the learner's that runs, loads or sends.
c.GenerateFeedback.exporter_class = "grader.feedback.FeedbackExporter"
c.HideTests.collected_directory = str(grading / "collected")
c.GenerateFeedback.preprocessors = [
    "grader.steps.Grades",
    "grader.steps.HideTests",
    "grader.steps.Sanitise",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
