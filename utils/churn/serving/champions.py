"""Which model answers: the present champion, exchanged between two requests.

A request takes the champion once and keeps it, so a swap drops and mixes nothing: the new one is
fetched, verified, loaded and warmed up beside the old one, and then one name points to it.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from churn.registry.supply_chain.signing import SignatureError
from churn.serving.champion import Champion, ChampionError, load

log = logging.getLogger(__name__)


class Source(Protocol):
    """Where champions come from. Both functions may block, and raise anything."""

    def version(self) -> str | None:
        """The version that is champion now; None if there is none."""

    def fetch(self, version: str, into: Path) -> None:
        """Copy the files of a version into ``into``, which does not exist yet."""


class FolderSource:
    """Versions as folders, and a file ``champion`` that names one: an edge device, a test, a lesson.

    Write the file by renaming another onto it, or a reader may see half a name.
    """

    NAME = "champion"

    def __init__(self, root: Path) -> None:
        self.root = root

    def version(self) -> str | None:
        """What the file says; None without a file."""
        try:
            return (self.root / self.NAME).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def fetch(self, version: str, into: Path) -> None:
        """A copy; links stay links, which the signature refuses."""
        if Path(version).name != version:
            raise ChampionError(f"{version!r} is no name of a version")
        shutil.copytree(self.root / version, into, symlinks=True)


Load = Callable[[Path, str, Path], Champion]


class Champions:
    """Holds the champion, and looks for a new one.

    Attributes:
        current: who answers; None as long as no signed champion was found, or when the source says
            that nobody is champion.
        problem: why ``current`` is not what the source names; None when it is. A refused version is
            not tried again before the source names another.
        swaps: how often ``current`` changed.
        refusals: how many versions were refused.
    """

    def __init__(self, source: Source, public_key: Path, load: Load = load) -> None:
        self.current: Champion | None = None
        self.problem: str | None = "no champion was looked for yet"
        self.swaps = self.refusals = 0
        self._source, self._public_key, self._load = source, public_key, load
        self._refused: str | None = None
        self._one_at_a_time = threading.Lock()
        self._end = threading.Event()

    def refresh(self) -> None:
        """Look once. Whatever goes wrong, the champion that answers stays, and ``problem`` says it."""
        with self._one_at_a_time:
            try:
                self._refresh()
            # A registry raises whatever its client, disk and network do; the next look may succeed.
            except Exception as error:
                self._note(f"the registry cannot be read: {error!r}")

    def _refresh(self) -> None:
        version = self._source.version()
        if version is None:
            self._swap(None)
            self._note("nobody is champion")
            return
        if self.current is not None and self.current.version == version:
            self._refused = self.problem = None
            return
        if version == self._refused:
            return
        with tempfile.TemporaryDirectory(prefix="champion-") as scratch:
            # A private copy: what is verified is what is loaded.
            copy = Path(scratch) / "model"
            self._source.fetch(version, copy)
            try:
                champion = self._load(copy, version, self._public_key)
            except (SignatureError, ChampionError) as error:
                self._refused = version
                self.refusals += 1
                self._note(f"version {version} is refused: {error}")
                return
        self._swap(champion)
        self._refused = self.problem = None

    def watch(self, every: float, patience: float = 30.0) -> None:
        """Look now and again every so many seconds, in a thread, until :meth:`close`.

        Returns after the first look, or after ``patience`` seconds of a registry that hangs: the
        service can answer by its rule meanwhile.
        """
        looked = threading.Event()

        def look() -> None:
            while not self._end.is_set():
                self.refresh()
                looked.set()
                self._end.wait(every)

        threading.Thread(target=look, name="champions", daemon=True).start()
        looked.wait(patience)

    def close(self) -> None:
        """Stop watching; a look under way is not waited for."""
        self._end.set()

    def _swap(self, champion: Champion | None) -> None:
        if champion is self.current:
            return
        before, self.current = self.current, champion
        self.swaps += 1
        names = [one.version if one else "nobody" for one in (before, champion)]
        log.info("the champion is now %s, after %s", names[1], names[0])

    def _note(self, problem: str) -> None:
        if problem != self.problem:
            log.warning(problem)
        self.problem = problem
