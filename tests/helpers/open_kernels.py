"""Learners' kernels in folders of their own, which go with them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from grader.isolation.sandbox import Limits
from grader.kernels.student_kernel import KernelConfig, StartKernel, StudentKernel

#: The fixture ``open_kernel``: from a name and limits, both with a default, to a forked kernel.
OpenKernel = Callable[..., AbstractContextManager[StudentKernel]]
NORMAL = Limits()


@contextmanager
def opened(base: Path, start: StartKernel, limits: Limits = NORMAL) -> Iterator[StudentKernel]:
    """A kernel whose folders are made below ``base``, which is removed afterwards."""
    for part in ("s", "k", "h"):
        (base / part).mkdir(parents=True)
    with StudentKernel(KernelConfig(base / "s", base / "h", base / "k", limits), start) as kernel:
        yield kernel
    shutil.rmtree(base)
