"""Which of the calls that a model asks for are executed: by authority and origin, not by wording.

The guard stands between the model and the tools and reads no sentence. It asks four things of a call:

1. *authority*: may the person whom the assistant works for do this at all, to this customer, up to
   this amount? An assistant never may more than the person (least privilege).
2. *plan*: did that person's own words ask for it, before the model read anything else? What a ticket,
   a page or a pasted mail says is data and adds nothing to the plan. Each entry is good for one call.
3. *confirmation*: money and contracts, and any write after untrusted text was read, are shown to the
   person as they would be executed. The answer comes back as a token for this very call, good once,
   past the model. With *every write* a note is shown as well, whatever was read.
4. *labels*: a note whose text stands nowhere in trusted text says so, in the question and in the record.

Sources: Saltzer and Schroeder, "The protection of information in computer systems", 1975 (least
privilege); Beurer-Kellner et al., "Design patterns for securing LLM agents against prompt
injections", 2025 (plan, then execute); Debenedetti et al., "Defeating prompt injections by design", 2025.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from churn.assistant.desk import READS, WRITES
from churn.assistant.provenance import TRUSTED, Call, Piece


@dataclass(frozen=True)
class Role:
    """What a person may do: tools, on the customer of the session only, and dollars of one credit."""

    name: str
    tools: frozenset[str]
    most_dollars: int = 0


CUSTOMER = Role("customer", READS | {"write_note", "change_tariff"})
AGENT = Role("agent", READS | WRITES, most_dollars=50)

#: Always shown to the person; other writes only after untrusted text was read.
ALWAYS_CONFIRMED = frozenset({"change_tariff", "grant_credit"})
#: The rules of the guard as it was first finished, and with what its second trial taught.
FIRST = frozenset({"authority", "plan", "confirmation"})
ALL = FIRST | {"every write", "labels"}
LABEL = "[from a text that the assistant read] "


class Verdict(StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


@dataclass(frozen=True)
class Decision:
    """What becomes of a call, and why in a few words."""

    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Question:
    """What a person is shown: the exact call, and whether its value comes from untrusted text."""

    call: Call
    value_is_foreign: bool


class Confirmations:
    """Tokens of a session: each for one call, good once; made and redeemed outside the model."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._open: set[str] = set()

    def issue(self, call: Call) -> str:
        """A token for ``call``, after the person said yes to it."""
        nonce = secrets.token_hex(8)
        token = f"{nonce}.{self._sign(nonce, call)}"
        self._open.add(token)
        return token

    def redeem(self, call: Call, token: str) -> bool:
        """Whether ``token`` was issued for this very call and not used yet; it is used up."""
        nonce, _, signature = token.partition(".")
        right = hmac.compare_digest(signature.encode(), self._sign(nonce, call).encode())
        if not right or token not in self._open:
            return False
        self._open.remove(token)
        return True

    def _sign(self, nonce: str, call: Call) -> str:
        said = repr((nonce, call.tool, call.customer, call.value)).encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()


@dataclass
class Guard:
    """The guard of one session.

    Attributes:
        role: of the person whom the assistant works for.
        customer: the one whom the session is about.
        layers: which of the rules are looked at, by their names.
    """

    role: Role
    customer: str
    layers: frozenset[str] = ALL
    confirmations: Confirmations = field(default_factory=Confirmations)
    _plan: list[Call] = field(default_factory=list)

    def expect(self, calls: Iterable[Call]) -> None:
        """Add what the person's own words asked for to the plan."""
        self._plan.extend(calls)

    def decide(self, call: Call, context: Sequence[Piece], token: str | None = None) -> Decision:
        """What becomes of ``call`` after the model has read ``context``; see :class:`Confirmations`."""
        if "authority" in self.layers and (refusal := self._beyond_authority(call)):
            return Decision(Verdict.DENY, refusal)
        if call.tool not in WRITES:
            return Decision(Verdict.ALLOW, "a read within the role")
        if "plan" in self.layers and not any(one.covers(call) for one in self._plan):
            return Decision(Verdict.DENY, "not asked for by the person")
        tainted = any(piece.source not in TRUSTED for piece in context)
        shown = tainted or call.tool in ALWAYS_CONFIRMED or "every write" in self.layers
        if "confirmation" in self.layers and shown:
            if token is not None and self.confirmations.redeem(call, token):
                return Decision(Verdict.ALLOW, "confirmed by the person")
            return Decision(Verdict.ASK, "the person must confirm")
        return Decision(Verdict.ALLOW, "asked for in trusted text only")

    def labelled(self, call: Call, context: Sequence[Piece]) -> Call:
        """``call`` as it is to be decided about: a note with foreign text begins with a label."""
        if "labels" in self.layers and call.tool == "write_note" and _foreign(call, context):
            return replace(call, value=f"{LABEL}{call.value}")
        return call

    def question(self, call: Call, context: Sequence[Piece]) -> Question:
        """What to show to the person about ``call``."""
        return Question(call, _foreign(call, context))

    def done(self, call: Call) -> None:
        """``call`` was executed: its entry in the plan is used up."""
        for entry in self._plan:
            if call.tool in WRITES and entry.covers(call):
                self._plan.remove(entry)
                return

    def _beyond_authority(self, call: Call) -> str | None:
        if call.tool not in self.role.tools:
            return f"a {self.role.name} may not use {call.tool}"
        if call.customer and call.customer != self.customer:
            return "another customer than that of the session"
        if call.tool == "grant_credit" and not _within(call.value, self.role.most_dollars):
            return f"a {self.role.name} may grant {self.role.most_dollars} dollars at most"
        return None


def _foreign(call: Call, context: Sequence[Piece]) -> bool:
    """Whether the value of ``call`` stands nowhere in trusted text."""
    trusted = " ".join(piece.text for piece in context if piece.source in TRUSTED)
    return str(call.value).lower() not in trusted.lower()


def _within(value: object, most: int) -> bool:
    return isinstance(value, int) and 0 < value <= most
