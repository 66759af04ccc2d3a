"""Making a version the champion, and going back: one move of one alias, with a record beside it.

    desk = Promotion(client, "churn", locks)
    desk.record("2", decision)
    desk.promote("2", who="Ada", why="better on the April table")
    desk.rollback(who="Ada", why="complaints")

Where ``second_person`` is set, somebody else approves first: ``desk.approve("2", who="Bo")``. Who says
to be whom is not checked here: whatever calls the desk (a service, a CI job) knows its users.

Readers ask for the alias ``champion``. It is set once in each move, as one row of the store, so that
a reader sees the old version or the new one. What else is written comes before it (the record, as
``started``) or can be told again from the records after a crash (``previous``, ``challenger``): the
next call settles what the last one left. The way back is read from the records of moves that were
made. A call that is refused writes nothing of its own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from churn.registry import folders
from churn.registry.audit import Action, AuditRecord, promotion_of, way_back
from churn.registry.gates.gate import CRITERIA
from churn.registry.gates.verdict import Decision
from churn.registry.supply_chain import signing
from churn.registry.versions import files_of

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"
#: Tags of a version: the gate's last decision with the gate's signature, and who approved it. The
#: records are ``audit.0001`` and so on.
DECISION, SIGNED, APPROVAL = "gate.decision", "gate.signature", "promotion.approval"
AUDIT = "audit."


class PromotionError(RuntimeError):
    """A version cannot become the champion; with one sentence."""


class Grounds(NamedTuple):
    """On what a version becomes the champion: a decision, as text, and the gate's signature of it."""

    decision: str
    signature: str


@dataclass(frozen=True)
class Promotion:
    """The only way to the champion of one registered model.

    Attributes:
        client: of the registry.
        name: of the registered model.
        locks: a folder that everyone who promotes shares: two desks with folders of their own do
            not keep each other out. Where a registry is a server, one machine promotes.
        now: the clock.
        second_person: whether a promotion needs the approval of somebody else. A rollback does not:
            it goes to a version that was approved, and it is urgent.
        gate_key: the gate's public key. With it, a decision counts only if the gate signed it, for
            this version and against this champion; without, whoever may write tags can forge one.
    """

    client: MlflowClient
    name: str
    locks: Path
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    second_person: bool = False
    gate_key: Path | None = None

    def version_of(self, alias: str) -> str | None:
        """The version that has an alias; None if no version has it."""
        found = self.client.get_registered_model(self.name).aliases.get(alias)
        return None if found is None else str(found)

    def record(self, version: str, decision: Decision, private_key: Path | None = None) -> None:
        """Keep a gate's decision beside a version; one that passed makes it the challenger.

        Args:
            version: the one that was judged.
            decision: of the gate.
            private_key: the gate's, where its decisions are signed.

        Raises:
            PromotionError: if the decision is about other files or compares with another version
                than the present champion, or must be signed and is not.
        """
        if self.gate_key is not None and private_key is None:
            raise PromotionError("decisions are signed here: give the private key of the gate")
        with self._alone():
            self._settle()
            self._must_compare(version, decision, self.version_of(CHAMPION))
            if decision.passed and self._digest(version) != decision.digest:
                raise PromotionError(f"the gate judged other files than those of version {version}")
            text = decision.to_json()
            if private_key is not None:
                signature = signing.sign_text(self._statement(version, text), private_key)
                self._tag(version, SIGNED, signature)
            self._tag(version, DECISION, text)
            if decision.passed:
                self.client.set_registered_model_alias(self.name, CHALLENGER, version)

    def approve(self, version: str, who: str) -> None:
        """Say that a version may become the champion.

        The approval is of these files, as judged against the present champion: it ends with either.

        Raises:
            PromotionError: if nobody says so, or the version could not be promoted now.
        """
        if not who.strip():
            raise PromotionError("say who approves")
        with self._alone():
            self._settle()
            decision = self._passed(version, self.version_of(CHAMPION))
            self._tag(version, APPROVAL, json.dumps({"who": who, **_approved(decision)}))

    def promote(self, version: str, who: str, why: str) -> AuditRecord:
        """Make a version the champion.

        Raises:
            PromotionError: if it has not passed the gate against the present champion, its files are
                not those that were judged, nobody else has approved it where that is asked for,
                nobody says who and why, or another promotion is under way.
        """
        _must_answer(who, why)
        with self._alone():
            self._settle()
            champion = self.version_of(CHAMPION)
            if version == champion:
                raise PromotionError(f"version {version} is the champion already")
            decision = self._passed(version, champion)
            approved_by = self._approver(version, decision, who) if self.second_person else None
            grounds = self._last_grounds(version)
            return self._move("promote", version, champion, who, why, grounds, approved_by)

    def rollback(self, who: str, why: str) -> AuditRecord:
        """Make the version that the champion replaced the champion again.

        A second call goes further back, and a version that was taken out is not come back to: see
        :func:`churn.registry.audit.way_back`. The version passed the gate when it was promoted, and
        what the gate says of it since does not matter here; its files must be the same.

        Raises:
            PromotionError: if the champion replaced none, the files of that version are not those
                that were promoted, nobody says who and why, or another promotion is under way.
        """
        _must_answer(who, why)
        with self._alone():
            self._settle()
            champion = self.version_of(CHAMPION)
            if champion is None:
                raise PromotionError(f"{self.name} has no champion")
            records = self.audit()
            if not (way := way_back(champion, records)):
                raise PromotionError(f"version {champion} replaced no other: there is no way back")
            back = way[-1]
            promotion = promotion_of(back, records)
            assert promotion is not None  # or it would not be on the way
            grounds = Grounds(promotion.decision, promotion.signature)
            self._must_be_unchanged(back, self._answered(back, grounds))
            return self._move("rollback", back, champion, who, why, grounds)

    def settle(self) -> None:
        """Finish what a move that was killed has left; every other call does so first, too.

        Raises:
            PromotionError: if another promotion is under way.
        """
        with self._alone():
            self._settle()

    def audit(self) -> list[AuditRecord]:
        """The records of all versions, in their order."""
        versions = self.client.search_model_versions(f"name = '{self.name}'")
        texts = [
            text for v in versions for tag, text in v.tags.items() if tag.startswith(AUDIT)
        ]  # fmt: skip
        return sorted((AuditRecord(**json.loads(text)) for text in texts), key=lambda r: r.number)

    def made_champion(self, version: str) -> AuditRecord | None:
        """The last finished move that made a version the champion; None if there was none."""
        done = [one for one in self.audit() if one.version == version and one.state == "done"]
        return done[-1] if done else None

    def _move(
        self,
        action: Action,
        version: str,
        champion: str | None,
        who: str,
        why: str,
        grounds: Grounds,
        approved_by: str | None = None,
    ) -> AuditRecord:
        tags = self._version(version).tags
        record = AuditRecord(
            number=max((r.number for r in self.audit()), default=0) + 1,
            action=action, version=version, replaced=champion, who=who, why=why,
            when=self.now().isoformat(timespec="seconds"),
            data_version=tags.get("data_version"), code_version=tags.get("code_version"),
            decision=grounds.decision, signature=grounds.signature, approved_by=approved_by,
        )  # fmt: skip
        self._write(record)
        self.client.set_registered_model_alias(self.name, CHAMPION, version)
        self._settle()
        return replace(record, state="done")

    def _settle(self) -> None:
        """Finish what the last move left: its record, and the aliases that follow from it."""
        champion, found = self.version_of(CHAMPION), self.audit()
        if not any(record.state == "started" for record in found):
            return
        settled = [
            replace(r, state="done" if r.version == champion else "abandoned")
            if r.state == "started"
            else r
            for r in found
        ]
        # The aliases first: a record that is still open brings us here again.
        way = way_back(champion, settled)
        self._point(PREVIOUS, way[-1] if way else None)
        if champion is not None and champion == self.version_of(CHALLENGER):
            self._point(CHALLENGER, None)
        for before, record in zip(found, settled, strict=True):
            if record != before:
                self._write(record)

    def _point(self, alias: str, version: str | None) -> None:
        if version is not None:
            self.client.set_registered_model_alias(self.name, alias, version)
        elif self.version_of(alias) is not None:
            self.client.delete_registered_model_alias(self.name, alias)

    def _passed(self, version: str, champion: str | None) -> Decision:
        """The gate's decision, which is that a version may follow the present champion as it is."""
        if DECISION not in self._version(version).tags:
            raise PromotionError(f"version {version} has not been through the gate")
        decision = self._answered(version, self._last_grounds(version))
        self._must_compare(version, decision, champion)
        if unasked := set(CRITERIA) - set(decision.required):
            raise PromotionError(f"the gate did not ask version {version} for {min(unasked)}")
        self._must_be_unchanged(version, decision)
        return decision

    def _must_compare(self, version: str, decision: Decision, champion: str | None) -> None:
        if decision.compared_with != champion:
            raise PromotionError(
                f"the gate compared version {version} with champion "
                f"{decision.compared_with or 'none'}, but it is {champion or 'none'} now: judge it again"
            )

    def _must_be_unchanged(self, version: str, decision: Decision) -> None:
        if not decision.passed:
            raise PromotionError(f"the gate refused version {version}")
        if self._digest(version) != decision.digest:
            raise PromotionError(f"the files of version {version} are not those that were judged")

    def _last_grounds(self, version: str) -> Grounds:
        tags = self._version(version).tags
        return Grounds(tags.get(DECISION, ""), tags.get(SIGNED, ""))

    def _answered(self, version: str, grounds: Grounds) -> Decision:
        """A decision on a version, if the gate answers for it where that is asked for."""
        try:
            decision = Decision.from_json(grounds.decision)
        except ValueError as error:
            raise PromotionError(f"version {version} has no readable decision") from error
        if self.gate_key is not None:
            statement = self._statement(version, grounds.decision)
            try:
                signing.verify_text(statement, grounds.signature, self.gate_key)
            except signing.SignatureError as error:
                raise PromotionError(
                    f"the gate has not signed this decision on version {version}"
                ) from error
        return decision

    def _statement(self, version: str, decision: str) -> str:
        """What the gate signs: a decision, with the version that it must not be moved away from."""
        about = {"model": self.name, "version": version, "decision": decision}
        return json.dumps(about, sort_keys=True)

    def _approver(self, version: str, decision: Decision, who: str) -> str:
        """Who approved a version as it was judged, being somebody else than who promotes it."""
        text = self._version(version).tags.get(APPROVAL)
        if text is None:
            raise PromotionError(f"nobody has approved version {version}")
        try:
            approval = json.loads(text)
            by = str(approval.pop("who"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise PromotionError(f"version {version} has no readable approval") from error
        if approval != _approved(decision):
            raise PromotionError(
                f"the approval of version {version} was given before something changed"
            )
        if not by.strip() or by.strip().casefold() == who.strip().casefold():
            raise PromotionError(
                f"{who.strip()} promotes version {version}: somebody else approves"
            )
        return by

    def _digest(self, version: str) -> str:
        """The fingerprint of a version's files as they are in the store now."""
        found = self._version(version)
        try:
            with files_of(self.client, found) as folder:
                return folders.digest(folder)
        except (OSError, ValueError, MlflowException) as error:
            raise PromotionError(f"the files of version {version} cannot be read") from error

    def _version(self, version: str) -> ModelVersion:
        try:
            return self.client.get_model_version(self.name, version)
        except MlflowException as error:
            raise PromotionError(f"{self.name} has no version {version}") from error

    def _tag(self, version: str, key: str, text: str) -> None:
        self.client.set_model_version_tag(self.name, version, key, text)

    def _write(self, record: AuditRecord) -> None:
        self._tag(record.version, f"{AUDIT}{record.number:04}", json.dumps(asdict(record)))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The system lets go of it when its process ends, however that happens.
        lock = FileLock(self.locks / f"{self.name}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise PromotionError(
                f"another promotion of {self.name} is under way: try again when it has ended"
            ) from None
        try:
            yield
        finally:
            lock.release()


def _must_answer(who: str, why: str) -> None:
    if not who.strip() or not why.strip():
        raise PromotionError("say who promotes, and why")


def _approved(decision: Decision) -> dict[str, str | None]:
    """Of what an approval is, once the gate has been passed: these files, against this champion."""
    return {"champion": decision.compared_with, "digest": decision.digest}
