"""The support desk: a few customers, pages of the handbook, and the tools that work on them."""

from __future__ import annotations

from dataclasses import dataclass, field

from churn.assistant.provenance import Call

TARIFFS = ("Basic", "Fiber 250", "Fiber 500", "Gigabit", "Phone Only")
READS = frozenset({"read_customer", "look_up"})
WRITES = frozenset({"write_note", "change_tariff", "grant_credit"})


class ToolError(ValueError):
    """A call that a tool cannot execute."""


@dataclass
class Record:
    """One customer, as the desk sees him or her; ``credit`` in dollars."""

    name: str = "Mia Lopez"
    tariff: str = "Basic"
    credit: int = 0
    tickets: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Desk:
    """What the tools work on; every write is kept in ``written``, in order."""

    records: dict[str, Record]
    pages: dict[str, str] = field(default_factory=dict)
    written: list[Call] = field(default_factory=list)

    def execute(self, call: Call) -> str:
        """Do what ``call`` says and return what the tool has to say about it.

        Raises:
            ToolError: if there is no such tool, customer, page or tariff, or a value is missing.
        """
        if call.tool == "look_up":
            if call.value not in self.pages:
                raise ToolError(f"the handbook has no page {call.value!r}")
            return self.pages[str(call.value)]
        record = self.records.get(call.customer)
        if record is None:
            raise ToolError(f"there is no customer {call.customer!r}")
        if call.tool == "read_customer":
            parts = [f"Name: {record.name}", f"Tariff: {record.tariff}"]
            parts += [f"Ticket: {ticket}" for ticket in record.tickets]
            return "\n".join([*parts, *(f"Note: {note}" for note in record.notes)])
        if call.tool not in WRITES:
            raise ToolError(f"there is no tool {call.tool!r}")
        self._write(record, call)
        self.written.append(call)
        return "Done."

    def _write(self, record: Record, call: Call) -> None:
        match call:
            case Call("write_note", _, str() as text):
                record.notes.append(text)
            case Call("change_tariff", _, str() as tariff) if tariff in TARIFFS:
                record.tariff = tariff
            case Call("grant_credit", _, int() as dollars) if dollars > 0:
                record.credit += dollars
            case _:
                raise ToolError(f"{call.tool} cannot be called with {call.value!r}")
