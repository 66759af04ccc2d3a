"""The engine that a cheating notebook cannot fool: tests in a process of their own, and a sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from traitlets.config import Config

from grader.engines.autograde import TRUSTED_EXECUTE, AutogradeEngine


@dataclass(frozen=True)
class TrustedEngine(AutogradeEngine):
    """nbgrader's autograde with `TrustedExecute` in place of its own `Execute`.

    Attributes:
        unsafe_no_sandbox: run learners' code with all that the grader can do. The tests still
            have their own process.
    """

    unsafe_no_sandbox: bool = False

    def caveat(self) -> str:
        return "graded without a sandbox" if self.unsafe_no_sandbox else ""

    @contextmanager
    def settings(self) -> Iterator[Config]:
        config = Config()
        config.Autograde.autograde_preprocessors = self.steps(TRUSTED_EXECUTE)
        if self.cell_seconds is not None:
            config.TrustedExecute.cell_seconds = self.cell_seconds
        if self.notebook_seconds is not None:
            config.TrustedExecute.notebook_seconds = self.notebook_seconds
        config.TrustedExecute.unsafe_no_sandbox = self.unsafe_no_sandbox
        yield config
