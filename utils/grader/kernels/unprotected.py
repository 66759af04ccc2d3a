"""Kernels and examiners on the learner's own machine, as forks of a warm parent without a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.isolation.process import Process
from grader.isolation.sandbox import WORK, Sandbox
from grader.kernels.student_kernel import KernelConfig, real_course

if TYPE_CHECKING:
    from grader.kernels.forked import ForkServer


class UnprotectedForks:
    """Starts both as forks of ``fork_server``, which was started for trusted notebooks."""

    def __init__(self, fork_server: ForkServer) -> None:
        self.fork_server = fork_server

    def kernel(self, config: KernelConfig) -> Process:
        """A :data:`~grader.kernels.student_kernel.StartKernel`.

        Raises:
            ForkError: the fork server does not answer.
        """
        return self._fork(config, {"connection_file": str(config.connection)})

    def examiner(self, descriptor: int, config: KernelConfig) -> Process:
        """A :data:`~grader.trusted.proctor.StartExaminer`.

        Raises:
            ForkError: the fork server does not answer.
        """
        main = {"connection_file": "", "main": "grader.endpoints.examiner:examine"}
        return self._fork(config, main, descriptor)

    def _fork(
        self, config: KernelConfig, special: dict[str, Any], descriptor: int | None = None
    ) -> Process:
        # This module is imported where that one cannot be: it needs Linux.
        from grader.kernels.forked import ForkedProcess

        environment = Sandbox(config.scratch, config.home, config.sockets).environment()
        request = {
            "cwd": str(config.home / WORK),
            "env": environment | real_course(),
            "binds": [],
            "limits": {},
            "sandboxed": False,
        }
        return ForkedProcess(self.fork_server.control, request | special, descriptor)
