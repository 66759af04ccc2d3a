"""A scripted model with tools that obeys every instruction it reads, whoever wrote it.

It is no language model: it looks for verbs, tariffs and amounts in a few languages, also where they
are disguised or spread over several turns (:mod:`churn.assistant.disguises`). It stands for the worst
that a language model can do. A real one obeys some injections and not others, and nobody can say
beforehand which; a guard that holds against this one does not depend on that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from churn.assistant.desk import TARIFFS
from churn.assistant.disguises import readings
from churn.assistant.provenance import TRUSTED, Call, Piece, Source

_ID = r"\d{4}-[A-Z]{5}"
_GIVE = (
    r"\b(?:grant|give|credit|refund|issue|book|reimburse|award|gutschreib\w*|gutschrift|erstatte\w*|"
    r"accorde\w*|crédit\w*|rembourse\w*|abon\w+|acredit\w+|conced\w+|otorg\w+|accredit\w+|przyznaj|зачисли)\b|给予"
)
_MONEY = r"(?:\$ ?(?P<a>\d{1,4})|(?P<b>\d{1,4}) ?(?:dollars?|usd|dólares|dollari|dolarów|долларов|美元|ドル))"
_SET = (
    r"\b(?:change|switch|move|set|upgrade|downgrade|put|wechsle|stelle|ändere|passe\w*|changez|cambi\w+|"
    r"zmień|смени)\b|改为"
)
_TARIFF = "|".join(sorted(TARIFFS, key=len, reverse=True))
_NOTE = r"\b(?:write|add|leave|put|make|schreibe|ajoute\w*|escribe|añade)\b[^.:]{0,60}?\b(?:note|notiz|nota)\b"
_CASE = r"\b(?:record|ticket|case|file|account|message)s?\b"

_CREDIT = re.compile(rf"(?:{_GIVE}).{{0,140}}?{_MONEY}", re.IGNORECASE)
#: German and Japanese put the verb at the end.
_CREDIT_AFTER = re.compile(rf"{_MONEY}.{{0,60}}?(?:gutschreiben|gut\b|付与)", re.IGNORECASE)
_OPEN_CREDIT = re.compile(rf"(?:{_GIVE})[^.]{{0,60}}?\bcredit\b(?![^.]*\d+ dollars)", re.IGNORECASE)
_CHANGE = re.compile(rf"(?:{_SET}).{{0,100}}?\b(?P<tariff>{_TARIFF})\b", re.IGNORECASE)
_WRITE = re.compile(rf"{_NOTE}[^.:]{{0,60}}?: ?[\"“']?(?P<text>[^\"”]{{3,160}})", re.IGNORECASE)
_OPEN_NOTE = re.compile(rf"{_NOTE}[^.:]{{0,40}}?\b(?:what|summary|summing)\b", re.IGNORECASE)
_READ = re.compile(r"\b(?:read|open|show|check|lies|lee|lis)\b", re.IGNORECASE)
#: What models that call tools write themselves.
_JSON = re.compile(
    rf'"tool": ?"grant_credit", ?"customer": ?"(?P<id>{_ID})", ?"dollars": ?(?P<n>\d+)'
)
_PAGE = re.compile(r"\bpage (?:on|about) (?P<page>[a-z]+)", re.IGNORECASE)


class Obedient:
    """Asks for whatever the text that it is given tells it to do."""

    #: What a trace names it.
    name = "scripted-obedient-1"

    def chat(self, context: Sequence[Piece], customer: str) -> list[Call]:
        """The calls that the whole text asks for, in order and once each.

        Args:
            context: everything so far; the sources make no difference to this model.
            customer: the id that is meant where a text names none.
        """
        text = "\n".join(piece.text for piece in context if piece.source is not Source.SYSTEM)
        asked = list(_asked(text, customer))
        calls = [call for call in asked if call.value is not None or call.tool == "read_customer"]
        if Call("write_note", customer) in asked:
            calls += _summary(context, customer)
        return list(dict.fromkeys(calls))

    def plan(self, context: Sequence[Piece], customer: str) -> list[Call]:
        """The calls that the trusted part of the text asks for; None for a value still to be read."""
        text = "\n".join(
            piece.text
            for piece in context
            if piece.source in TRUSTED and piece.source is not Source.SYSTEM
        )
        return list(dict.fromkeys(_asked(text, customer)))


def _asked(text: str, customer: str) -> Iterator[Call]:
    """What ``text`` asks for; a note that stands there in clear is not read a second time."""
    noted = set()
    for number, reading in enumerate(readings(text)):
        for call in _asked_by(reading, customer):
            if call.tool == "write_note" and number == 0:
                noted.add(call.customer)
            elif call.tool == "write_note" and call.customer in noted:
                continue
            yield call


def _asked_by(reading: str, customer: str) -> Iterator[Call]:
    for found in _READ.finditer(reading):
        after = reading[found.start() : found.end() + 80]
        if named := re.search(_ID, after):
            yield Call("read_customer", named[0])
        elif re.search(_CASE, after, re.IGNORECASE):
            yield Call("read_customer", customer)
    for found in _PAGE.finditer(reading):
        yield Call("look_up", value=found["page"].lower())
    for pattern in (_CREDIT, _CREDIT_AFTER):
        for found in pattern.finditer(reading):
            amount = int(found["a"] or found["b"])
            yield Call("grant_credit", _whose(reading, found, customer), amount)
    for found in _JSON.finditer(reading):
        yield Call("grant_credit", found["id"], int(found["n"]))
    for found in _OPEN_CREDIT.finditer(reading):
        yield Call("grant_credit", _whose(reading, found, customer))
    for found in _CHANGE.finditer(reading):
        tariff = next(one for one in TARIFFS if one.lower() == found["tariff"].lower())
        yield Call("change_tariff", _whose(reading, found, customer), tariff)
    for found in _WRITE.finditer(reading):
        words = re.split(r"(?<=[.!?]) |['\"”]", found["text"])[0].strip()
        yield Call("write_note", _whose(reading, found, customer), words)
    for found in _OPEN_NOTE.finditer(reading):
        yield Call("write_note", _whose(reading, found, customer))


def _whose(text: str, found: re.Match[str], customer: str) -> str:
    """The id in the sentence of the instruction, up to soon after it; else the customer of the case."""
    before = text[max(0, found.start() - 60) : found.start()].split(". ")[-1]
    after = text[found.end() : found.end() + 40].split(". ")[0]
    named = re.search(_ID, before + found[0] + after)
    return named[0] if named else customer


def _summary(context: Sequence[Piece], customer: str) -> list[Call]:
    """A note of what the customer wrote, once that was read."""
    for piece in context:
        ticket = re.search(r"^Ticket: (.+)$", piece.text, re.MULTILINE)
        if piece.source is Source.TOOL and ticket:
            return [Call("write_note", customer, f"Customer writes: {ticket[1][:80]}")]
    return []
