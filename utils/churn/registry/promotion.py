"""Making a version the champion, and going back: one move of one alias, with a record beside it.

    desk = Promotion(client, "churn", locks)
    desk.record("2", decision)
    desk.promote("2", who="Ada", why="better on the April table")
    desk.rollback(who="Ada", why="complaints")

Where ``second_person`` is set, somebody else approves first: ``desk.approve("2", who="Bo")``. Who says
to be whom is not checked here: whatever calls the desk (a service, a CI job) knows its users.

Readers ask for the alias ``champion``. It is set once in each move, as one row of the store, so that
a reader sees the old version or the new one. What else is written comes before it (the record, as
``started``) or can be told again from the record after a crash (``previous``, ``challenger``): the
next call settles what the last one left.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from churn.registry import folders
from churn.registry.gates.gate import CRITERIA
from churn.registry.gates.verdict import Decision
from churn.registry.supply_chain import signing
from churn.registry.versions import files_of

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"
#: Tags of a version: the gate's decision, the champion that it was compared with, and the version
#: that it replaced when it became the champion. The records are ``audit.0001`` and so on.
DECISION, COMPARED_WITH, REPLACED = "gate.decision", "gate.champion", "promotion.replaced"
APPROVAL, SIGNED = "promotion.approval", "gate.signature"
AUDIT = "audit."
#: In a tag, for no version.
NONE = "none"

State = Literal["started", "done", "abandoned"]


class PromotionError(RuntimeError):
    """A version cannot become the champion; with one sentence."""


@dataclass(frozen=True)
class AuditRecord:
    """Who made which version the champion, when, on what grounds.

    ``state`` is ``started`` until the move is made; ``abandoned`` if its process ended before.
    ``data_version`` and ``code_version`` are the version's own tags, ``evidence`` the figures of the
    gate by criterion.
    """

    number: int
    action: Literal["promote", "rollback"]
    version: str
    replaced: str | None
    who: str
    why: str
    when: str
    data_version: str | None
    code_version: str | None
    evidence: dict[str, dict[str, float]]
    state: State = "started"
    approved_by: str | None = None


@dataclass(frozen=True)
class Promotion:
    """The only way to the champion of one registered model.

    Attributes:
        client: of the registry.
        name: of the registered model.
        locks: a folder that everyone who promotes shares.
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
            PromotionError: if the decision is about other files, or must be signed and is not.
        """
        if self.gate_key is not None and private_key is None:
            raise PromotionError("decisions are signed here: give the private key of the gate")
        with self._alone():
            self._settle()
            if decision.passed and self._digest(version) != decision.digest:
                raise PromotionError(f"the gate judged other files than those of version {version}")
            champion = self.version_of(CHAMPION) or NONE
            # The decision last: a version that has one also has what it was compared with.
            self._tag(version, COMPARED_WITH, champion)
            text = decision.to_json()
            if private_key is not None:
                statement = self._statement(version, champion, text)
                self._tag(version, SIGNED, signing.sign_text(statement, private_key))
            self._tag(version, DECISION, text)
            if decision.passed:
                self.client.set_registered_model_alias(self.name, CHALLENGER, version)

    def approve(self, version: str, who: str) -> None:
        """Say that a version may become the champion.

        The approval is of these files, as judged against the present champion: it ends with either.

        Raises:
            PromotionError: if nobody says so, or the version could not be promoted now.
        """
        with self._alone():
            self._settle()
            if not who.strip():
                raise PromotionError("say who approves")
            champion = self.version_of(CHAMPION)
            self._must_have_passed(version, champion)
            approval = {"who": who, **self._judged(version, champion)}
            self._tag(version, APPROVAL, json.dumps(approval))

    def promote(self, version: str, who: str, why: str) -> AuditRecord:
        """Make a version the champion.

        Raises:
            PromotionError: if it has not passed the gate against the present champion, its files are
                not those that were judged, nobody else has approved it where that is asked for, or
                another promotion is under way.
        """
        with self._alone():
            self._settle()
            champion = self.version_of(CHAMPION)
            if version == champion:
                raise PromotionError(f"version {version} is the champion already")
            evidence = self._must_have_passed(version, champion)
            approved_by = self._approver(version, champion, who) if self.second_person else None
            self._tag(version, REPLACED, champion or NONE)
            return self._move("promote", version, champion, who, why, evidence, approved_by)

    def rollback(self, who: str, why: str) -> AuditRecord:
        """Make the version that the champion replaced the champion again.

        A second call goes further back, never to the version that was just taken out.

        Raises:
            PromotionError: if the champion replaced none, or another promotion is under way.
        """
        with self._alone():
            self._settle()
            champion = self.version_of(CHAMPION)
            if champion is None:
                raise PromotionError(f"{self.name} has no champion")
            back = self._version(champion).tags.get(REPLACED, NONE)
            if back == NONE:
                raise PromotionError(f"version {champion} replaced no other: there is no way back")
            # It passed when it was promoted; whether its files are still the same is asked again.
            evidence = self._must_be_unchanged(back)
            return self._move("rollback", back, champion, who, why, evidence)

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
        action: Literal["promote", "rollback"],
        version: str,
        champion: str | None,
        who: str,
        why: str,
        evidence: dict[str, dict[str, float]],
        approved_by: str | None = None,
    ) -> AuditRecord:
        if not who.strip() or not why.strip():
            raise PromotionError("say who promotes, and why")
        tags = self._version(version).tags
        record = AuditRecord(
            number=max((r.number for r in self.audit()), default=0) + 1,
            action=action, version=version, replaced=champion, who=who, why=why,
            when=self.now().isoformat(timespec="seconds"),
            data_version=tags.get("data_version"), code_version=tags.get("code_version"),
            evidence=evidence, approved_by=approved_by,
        )  # fmt: skip
        self._write(record)
        self.client.set_registered_model_alias(self.name, CHAMPION, version)
        self._settle()
        return replace(record, state="done")

    def _settle(self) -> None:
        """Finish what the last move left: its record, and the aliases that follow from it."""
        champion = self.version_of(CHAMPION)
        open_records = [r for r in self.audit() if r.state == "started"]
        if not open_records:
            return
        # The aliases first: a record that is still open brings us here again.
        self._point(PREVIOUS, self._replaced_by(champion))
        if champion is not None and champion == self.version_of(CHALLENGER):
            self._point(CHALLENGER, None)
        for record in open_records:
            made = record.version == champion
            self._write(replace(record, state="done" if made else "abandoned"))

    def _replaced_by(self, champion: str | None) -> str | None:
        back = self._version(champion).tags.get(REPLACED, NONE) if champion else NONE
        return None if back == NONE else back

    def _point(self, alias: str, version: str | None) -> None:
        if version is not None:
            self.client.set_registered_model_alias(self.name, alias, version)
        elif self.version_of(alias) is not None:
            self.client.delete_registered_model_alias(self.name, alias)

    def _must_have_passed(self, version: str, champion: str | None) -> dict[str, dict[str, float]]:
        tags = self._version(version).tags
        if DECISION not in tags:
            raise PromotionError(f"version {version} has not been through the gate")
        compared = tags.get(COMPARED_WITH)
        if compared != (champion or NONE):
            raise PromotionError(
                f"the gate compared version {version} with champion {compared}, but it is "
                f"{champion or NONE} now: judge it again"
            )
        return self._must_be_unchanged(version)

    def _must_be_unchanged(self, version: str) -> dict[str, dict[str, float]]:
        """The figures of the passed gate, if the version's files are those that passed."""
        decision = self._decision(version)
        if not decision.passed:
            raise PromotionError(f"the gate refused version {version}")
        if unasked := set(CRITERIA) - set(decision.required):
            raise PromotionError(f"the gate did not ask version {version} for {min(unasked)}")
        if self._digest(version) != decision.digest:
            raise PromotionError(f"the files of version {version} are not those that were judged")
        return {verdict.name: dict(verdict.evidence) for verdict in decision.verdicts}

    def _decision(self, version: str) -> Decision:
        """The gate's decision on a version, if the gate answers for it where that is asked for."""
        tags = self._version(version).tags
        try:
            text = tags[DECISION]
            decision = Decision.from_json(text)
        except (KeyError, ValueError) as error:
            raise PromotionError(f"version {version} has no readable decision") from error
        if self.gate_key is not None:
            statement = self._statement(version, tags.get(COMPARED_WITH, NONE), text)
            try:
                signing.verify_text(statement, tags.get(SIGNED, ""), self.gate_key)
            except signing.SignatureError as error:
                raise PromotionError(
                    f"the gate has not signed this decision on version {version}"
                ) from error
        return decision

    def _statement(self, version: str, champion: str, decision: str) -> str:
        """What the gate signs: a decision, with what it must not be moved away from."""
        about = {"model": self.name, "version": version, "champion": champion}
        return json.dumps({**about, "decision": decision}, sort_keys=True)

    def _judged(self, version: str, champion: str | None) -> dict[str, str]:
        """Of what an approval is, once the gate has been passed: these files, against this champion."""
        decision = self._decision(version)
        return {"champion": champion or NONE, "digest": decision.digest}

    def _approver(self, version: str, champion: str | None, who: str) -> str:
        """Who approved a version as it is now, being somebody else than who promotes it."""
        text = self._version(version).tags.get(APPROVAL)
        if text is None:
            raise PromotionError(f"nobody has approved version {version}")
        try:
            approval = json.loads(text)
            by = str(approval.pop("who"))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise PromotionError(f"version {version} has no readable approval") from error
        if approval != self._judged(version, champion):
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
