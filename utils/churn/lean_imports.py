"""Import a package without what it imports only on the chance that somebody uses both.

    with without("torch"):
        from feast import FeatureStore

Feast imports PyTorch for a method that returns tensors. skops asks scikit-learn for every estimator, and
to find them scikit-learn imports its adapters to PyTorch and Dask. Each takes seconds and hundreds of
megabytes in every process that does it, where PyTorch is installed for another lesson.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Refusing(MetaPathFinder):
    """Says of some packages that they are not installed."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname in self.names:
            raise ModuleNotFoundError(f"{fullname} was left out by {__name__}", name=fullname)
        return None


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Within, packages of these names cannot be imported, as if they were not installed.

    One that is loaded already stays what it is. Others can be imported afterwards as ever. Until then
    threads that import them fail, too: for the head of a module only.
    """
    refusing = _Refusing(names)
    sys.meta_path.insert(0, refusing)
    try:
        yield
    finally:
        sys.meta_path.remove(refusing)
