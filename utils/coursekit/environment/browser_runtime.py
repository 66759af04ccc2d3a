"""ONNX Runtime for the browser: the npm package ``onnxruntime-web``, compiled to WebAssembly.

``make edge`` fetches it (``npm_packages``); then it works offline.
"""

from __future__ import annotations

from pathlib import Path

from coursekit.environment import npm_packages

NAME = "onnxruntime-web"


def record() -> npm_packages.Record:
    """Which version it is, and how large its files are."""
    return npm_packages.record(NAME)


def why_not() -> str | None:
    """Why there is no runtime to use here, or None where there is one."""
    return npm_packages.why_not(NAME)


def copy_to(target: Path) -> None:
    """Copy the runtime's files into a folder, which is made.

    Raises:
        NpmError: it has not been fetched, or a file has been changed since.
    """
    npm_packages.copy_to(NAME, target)
