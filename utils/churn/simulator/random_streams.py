"""Random streams by name, so that one purpose never disturbs another.

Every purpose (leaving, network noise, newcomers of a month, …) draws from a stream of its own,
and every customer takes the draw at the position of their number in it. Two runs of one seed that
differ in one thing are therefore comparable customer by customer (common random numbers), and a
history of 12 months is the beginning of the same history of 24.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri


def generator(seed: int, stream: int = 0) -> np.random.Generator:
    """A PCG64 generator; different ``stream`` numbers of one seed are independent.

    Raises:
        ValueError: if ``seed`` or ``stream`` is negative.
    """
    if seed < 0 or stream < 0:
        raise ValueError(f"seed and stream must be whole numbers >= 0, got {seed} and {stream}")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(stream,))))


def stream(seed: int, name: str, month: int = 0) -> np.random.Generator:
    """The generator of purpose ``name`` in month ``month`` (0 = the first of the history)."""
    return generator(seed, zlib.crc32(f"{name}/{month}".encode()))


def uniforms(
    seed: int, name: str, month: int, numbers: NDArray[np.int64], width: int = 1
) -> NDArray[np.float64]:
    """Uniform numbers of the customers ``numbers``; shape ``(len(numbers), width)``.

    A customer's numbers depend on the seed, the name, the month and the customer alone.
    """
    count = int(numbers.max()) + 1 if len(numbers) else 0
    return stream(seed, name, month).random((count, width))[numbers]


def normals(seed: int, name: str, month: int, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    """Standard normal numbers of the customers ``numbers``, in thousandths; same shape."""
    return np.round(ndtri(uniforms(seed, name, month, numbers)[:, 0] * (1 - 2e-9) + 1e-9), 3)
