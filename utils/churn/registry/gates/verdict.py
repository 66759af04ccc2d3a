"""What one criterion says, and what a gate decides from all of them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Verdict:
    """What one criterion found.

    A pass rests on at least one figure, and each figure is a finite number: anything else cannot
    be made.

    Attributes:
        name: of the criterion.
        passed: whether it lets the candidate through.
        reason: one sentence.
        evidence: the figures behind it, by name.
    """

    name: str
    passed: bool
    reason: str
    evidence: Mapping[str, float]

    def __post_init__(self) -> None:
        odd = [name for name, value in self.evidence.items() if not math.isfinite(value)]
        if self.passed and (odd or not self.evidence):
            what = f"{odd[0]} is not a finite number" if odd else "it rests on no figure"
            raise ValueError(f"{self.name} cannot pass: {what}")

    def __str__(self) -> str:
        return f"{'pass  ' if self.passed else 'refuse'} {self.name}: {self.reason}"


@dataclass(frozen=True)
class Decision:
    """What a gate decided about one model folder.

    Attributes:
        verdicts: one for each criterion.
        required: the names of the criteria that must pass.
        digest: SHA-256 of the folder that was judged; empty if it could not be read.
        compared_with: the version of the champion that the candidate was compared with; None if
            there was no champion.
    """

    verdicts: tuple[Verdict, ...]
    required: tuple[str, ...]
    digest: str
    compared_with: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every required criterion was asked, all of them passed, and the folder is known."""
        asked = [verdict.name for verdict in self.verdicts]
        complete = bool(self.required) and sorted(asked) == sorted(self.required)
        return complete and bool(self.digest) and all(v.passed is True for v in self.verdicts)

    @property
    def refusals(self) -> list[str]:
        """The reasons of the criteria that refused."""
        return [f"{v.name}: {v.reason}" for v in self.verdicts if not v.passed]

    def to_json(self) -> str:
        """The decision as text, to be kept beside the version; figures that are none are null."""
        plain = {**asdict(self), "passed": self.passed}
        for verdict in plain["verdicts"]:
            figures = verdict["evidence"].items()
            verdict["evidence"] = {
                name: value if math.isfinite(value) else None for name, value in figures
            }
        return json.dumps(plain, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Decision:
        """A decision as :meth:`to_json` wrote it; whether it passed is worked out again.

        Raises:
            ValueError: if the text is none, or lets something pass that cannot.
        """
        try:
            plain = json.loads(text)
            verdicts = tuple(
                Verdict(v["name"], v["passed"], v["reason"], _figures(v["evidence"]))
                for v in plain["verdicts"]
            )
            compared_with = plain["compared_with"]
            if compared_with is not None and not isinstance(compared_with, str):
                raise TypeError("a version is text")
            return cls(verdicts, tuple(plain["required"]), plain["digest"], compared_with)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("this is no decision of a gate") from error


def _figures(evidence: Mapping[str, float | None]) -> dict[str, float]:
    return {name: math.nan if value is None else value for name, value in evidence.items()}
