"""Where the truth about drills is kept: outside the course's folder, sealed.

The first drill that is opened on a machine draws a secret. Which kind of incident a drill holds, its
date, column and size and the simulator's seed are all drawn from that secret and the drill's name, and
kept encrypted with a key that is made from both. So the name, a seed given to ``--new``, the package, the
learner's files, the environment of a kernel, and the simulator together do not tell the answer.

What this does not protect against: the vault belongs to whoever works on the machine, and so do kernel
and command. A program that runs as the same user, a cell of a notebook too, can read the secret there and
use it as the ``course`` command does, and a learner can change the command, or delete the vault and get
other drills. A sandbox around the drill's kernel would not change that: the same JupyterLab opens a
terminal, or another notebook. It keeps an answer from being seen by chance or by a look at what a notebook
is given; it is no examination, and the drill's notebook says so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.fernet import Fernet, InvalidToken

from coursekit import paths

#: Names another folder for the vault.
VARIABLE = "COURSE_VAULT"
_SECRET = "secret"
#: Records are made so long, so that the size of a sealed file says nothing.
_LENGTH = 4096


class VaultError(RuntimeError):
    """What is in the vault cannot be used."""


def default_folder() -> Path:
    """``COURSE_VAULT``, or a folder of this course in the user's data folder."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    tag = hashlib.sha256(os.fsencode(paths.course_root())).hexdigest()[:10]
    return Path(data) / "ml-in-production" / f"incidents-{tag}"


class Vault:
    """Sealed records by name, and what is drawn from the secret.

    Args:
        folder: is made when something is sealed or drawn, readable by its owner only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_folder()

    def generator(self, purpose: str) -> np.random.Generator:
        """A generator for one purpose: the same each time here, another on each machine."""
        return np.random.default_rng(int.from_bytes(self._derived(f"draw {purpose}")))

    def seal(self, name: str, record: dict[str, Any]) -> None:
        """Keep a record under a name, in place of one that was there."""
        sealed = self._box(name).encrypt(json.dumps(record).encode().ljust(_LENGTH))
        draft = self._file(name).with_suffix(".new")
        draft.write_bytes(sealed)
        draft.replace(self._file(name))

    def unseal(self, name: str) -> dict[str, Any] | None:
        """The record of a name; None if there is none.

        Raises:
            VaultError: it was changed, or sealed with another secret.
        """
        try:
            sealed = self._file(name).read_bytes()
        except FileNotFoundError:
            return None
        try:
            found: dict[str, Any] = json.loads(self._box(name).decrypt(sealed))
        except InvalidToken as error:
            raise VaultError(
                f"What is kept of the drill {name} was changed: delete {self._file(name)} and open it anew."
            ) from error
        return found

    def names(self) -> list[str]:
        """The names under which something is sealed, in alphabetical order."""
        return sorted(path.stem for path in self._folder.glob("*.sealed"))

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.sealed"

    def _box(self, name: str) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._derived(f"seal {name}")))

    def _derived(self, purpose: str) -> bytes:
        return hmac.digest(self._secret(), purpose.encode(), "sha256")

    def _secret(self) -> bytes:
        file = self._folder / _SECRET
        if not file.exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = file.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_bytes(os.urandom(32))
            try:
                os.link(draft, file)  # whoever comes first; a secret is never written over
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        secret = file.read_bytes()
        if len(secret) < 32:
            raise VaultError(f"{file} is damaged: delete {self._folder} and open the drills anew.")
        return secret
