"""Learners' kernels: starting one, talking to it, forking it from a parent that is warm.

``student_kernel`` is a kernel as the grader sees it, ``forked`` asks a fork server for processes, and
``provisioner`` gives forks to every program that uses jupyter_client; ``unprotected`` does the same
on a learner's own machine, without a sandbox. ``outputs`` makes safe what a kernel printed.
"""

from grader.kernels.forked import (
    ForkedProcess,
    ForkServer,
    StartForkedExaminer,
    StartForkedKernel,
)
from grader.kernels.student_kernel import (
    KernelConfig,
    StartKernel,
    StudentKernel,
    start_sandboxed,
    start_unprotected,
)

__all__ = [
    "ForkServer",
    "ForkedProcess",
    "KernelConfig",
    "StartForkedExaminer",
    "StartForkedKernel",
    "StartKernel",
    "StudentKernel",
    "start_sandboxed",
    "start_unprotected",
]
