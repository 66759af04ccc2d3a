"""Copies of a packaged model, each tampered with in another way, for the lesson on the supply chain.

    copies = tampered(package, older, attackers_key, folder)

``package`` and ``older`` are folders made by :func:`churn.registry.packaging.package` and signed. Who
tampers can write to the store of models and has a key of their own, but not the signer's.
"""

from __future__ import annotations

import pickle
import re
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx

from churn.registry import folders
from churn.registry.supply_chain import signing

#: What the planted code does when it runs.
AT_LOAD = "\nopen('stolen.txt', 'w').write('...')\n"
ONNX, SKOPS = "artifacts/model.onnx", "artifacts/model.skops"


@dataclass(frozen=True)
class Attack:
    """One copy, and what the attacker has: an older version, a key, and a place outside."""

    folder: Path
    older: Path
    private_key: Path
    outside: Path

    def edit(self, name: str, pattern: str, new: str) -> None:
        """Replace every match of a pattern in a text file; there must be one."""
        path = self.folder / name
        text, count = re.subn(pattern, new, path.read_text("utf-8"))
        if not count:
            raise ValueError(f"{name} has nothing like {pattern}")
        path.write_text(text, "utf-8")

    def add(self, name: str, text: str) -> None:
        """Add text at the end of a file, which may be new."""
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def move(self, name: str, new: str) -> None:
        """Give a file another name."""
        (self.folder / name).rename(self.folder / new)


def _one_bit(attack: Attack) -> None:
    path = attack.folder / "input_example.json"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _onnx_weight(attack: Attack) -> None:
    path = attack.folder / ONNX
    nodes = onnx.load(path).graph.node
    found = next(a.floats for n in nodes for a in n.attribute if a.name == "coefficients")
    weight = found[len(found) // 2]  # the first half belongs to those who stay
    plain, turned = struct.pack("<f", weight), struct.pack("<f", -weight)
    path.write_bytes(path.read_bytes().replace(plain, turned, 1))


def _skops_weights(attack: Attack) -> None:
    path = attack.folder / SKOPS
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, content in members.items():
        # The coefficients are the one array of a row for each class but one.
        if name.endswith(".npy") and (array := np.load(BytesIO(content))).ndim == 2:
            turned = BytesIO()
            np.save(turned, -array)
            members[name] = turned.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _swap(attack: Attack) -> None:
    attack.move(ONNX, "waiting")
    attack.move(SKOPS, ONNX)
    attack.move("waiting", SKOPS)


def _pickle(attack: Attack) -> None:
    call = BytesIO(pickle.dumps(_Planted()))
    (attack.folder / "artifacts/cache.bin").write_bytes(call.getvalue())


class _Planted:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return exec, (AT_LOAD,)


def _link(attack: Attack) -> None:
    path = attack.folder / SKOPS
    elsewhere = Path(shutil.copy(path, attack.outside))
    path.unlink()
    path.symlink_to(elsewhere)


def _sign_again(attack: Attack) -> None:
    attack.add("served_model.py", AT_LOAD)
    (attack.folder / folders.SIGNATURE).unlink()
    signing.sign(attack.folder, attack.private_key)


#: Twenty ways, by name. What they change is what the name says, and nothing else.
WAYS: dict[str, Callable[[Attack], object]] = {
    "one bit of a file": _one_bit,
    "weight in the ONNX file": _onnx_weight,
    "weights in the skops file": _skops_weights,
    "threshold in the configuration": lambda a: a.edit(
        "MLmodel", r"threshold: 0\.\d+", "threshold: 0.9"
    ),
    "a type more is trusted": lambda a: a.edit(
        "MLmodel", r"trusted:\n( *)- ", r"trusted:\n\1- posix.system\n\1- "
    ),
    "line in the Python file": lambda a: a.add("served_model.py", AT_LOAD),
    "scores turned around in Python": lambda a: a.edit("served_model.py", r"\[:, 1\]", "[:, 0]"),
    "version of a requirement": lambda a: a.edit("requirements.txt", "joblib==.*", "joblib==0.9"),
    "requirement added": lambda a: a.add("requirements.txt", "\nskopps==1.0\n"),
    "other package index": lambda a: a.add(
        "requirements.txt", "\n--extra-index-url https://packages.example\n"
    ),
    "file added": lambda a: a.add("helpers.py", AT_LOAD),
    "hidden file added": lambda a: a.add(".gitattributes", "* text\n"),
    "pickle added": _pickle,
    "file removed": lambda a: (a.folder / "input_example.json").unlink(),
    "file renamed": lambda a: a.move(ONNX, "artifacts/other.onnx"),
    "two files swapped": _swap,
    "file replaced by a link to its copy": _link,
    "signature removed": lambda a: (a.folder / folders.SIGNATURE).unlink(),
    "signed again with another key": _sign_again,
    "signature of an older version": lambda a: shutil.copy(
        a.older / folders.SIGNATURE, a.folder / folders.SIGNATURE
    ),
}


def tampered(package: Path, older: Path, private_key: Path, folder: Path) -> dict[str, Path]:
    """Twenty tampered copies of a signed package, in new folders, by what was done.

    Args:
        package: the signed package of a logistic regression.
        older: another one, signed with the same key.
        private_key: the attacker's own.
        folder: in which the copies are made, as ``00``, ``01`` and so on.
    """
    made: dict[str, Path] = {}
    outside = Path(tempfile.mkdtemp(dir=package.parent, prefix="outside-"))
    for number, (name, way) in enumerate(WAYS.items()):
        made[name] = folder / f"{number:02}"
        shutil.copytree(package, made[name])
        way(Attack(made[name], older, private_key, outside))
    return made
