"""What customers write to support, and what the agents answered; written here, word for word.

The messages follow the hidden truth of the history: whoever is dissatisfied or about to leave writes
more, a bad network is complained about by those who have one, and a competitor or a new price is
written about by customers whom the incident moves. Some messages hold personal data or insults, at
known places.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.labels import Day
from churn.schema import ID
from churn.simulator import message_texts as texts
from churn.simulator.customers import customer_ids
from churn.simulator.history import History, snapshot_index
from churn.simulator.random_streams import uniforms

MESSAGE_COLUMNS = (
    "message_id", ID, "as_of", "text", "agent_answer", "intent", "toxic", "personal",
)  # fmt: skip

#: Messages a month of an average customer; what dissatisfaction and leaving do to that.
RATE, RATE_BY_MOOD, RATE_OF_LEAVERS = 0.06, 0.5, 2.0
#: How often each subject is written about, other things equal.
WEIGHTS = {
    "bill": 1.0, "payment": 0.7, "slow_internet": 0.9, "outage": 0.6, "moving": 0.4,
    "device": 0.7, "contract": 0.7, "cancel": 0.35,
}  # fmt: skip
#: Weight of ``cancel`` for whoever leaves within three months, and of an incident's own subject by
#: the log odds that it adds.
CANCEL_OF_LEAVERS, SUBJECT_BY_EXCESS = 2.0, 8.0
#: Shares of messages with personal data and, of a customer of average mood, with an insult.
PERSONAL, SECOND_PERSONAL, INSULT, ANGER = 0.25, 0.2, 0.05, 0.06
#: Share of messages that mention a second subject, and of these, that begin with it.
ASIDE, ASIDE_FIRST = 0.2, 0.4
#: Share of messages that were typed in a hurry: some letters are missing.
HURRIED = 0.15
#: Months ahead in which somebody who writes already means to leave.
AHEAD = 3
_DRAWS = 60


def simulate_messages(history: History, month: Day) -> pd.DataFrame:
    """The messages of one month of ``history``, at most one of each customer, by customer number.

    Args:
        history: what happened.
        month: any day of the month.

    Returns:
        ``message_id`` (text, unique), ``customerID``, ``as_of`` (the month's last day), ``text``,
        ``agent_answer``; and for teaching only, never an input: ``intent`` (a key of
        :data:`churn.simulator.message_texts.SUBJECTS`), ``toxic`` (bool: insults a person) and
        ``personal`` (tuple of kind, start and end in ``text``).

    Raises:
        ValueError: if the month is not in the history.
    """
    scenario = history.scenario
    index = snapshot_index(scenario, month)
    as_of = pd.Timestamp(scenario.month_end(index))
    truth = history.truth[history.truth["as_of"] == as_of].reset_index(drop=True)
    everybody = pd.Index(customer_ids(scenario.joined_by(scenario.months - 1), scenario.seed))
    number = everybody.get_indexer(pd.Index(truth[ID])).astype(np.int64)
    draws = uniforms(scenario.seed, "messages", index, number, _DRAWS)

    left_on = truth[ID].map(history.departures.set_index(ID)["left_on"])
    leaves = (left_on <= as_of + pd.DateOffset(months=AHEAD)).to_numpy()
    mood = truth["dissatisfaction"].to_numpy()
    rate = RATE * np.exp(RATE_BY_MOOD * mood) * np.where(leaves, RATE_OF_LEAVERS, 1.0)
    writes = np.flatnonzero(draws[:, 0] < rate)
    subjects, cumulative = _subjects(history, truth, leaves, index)

    rows = []
    for row in writes:
        u = iter(draws[row, 1:])
        intent = subjects[int(np.searchsorted(cumulative[row], next(u) * cumulative[row, -1]))]
        text, toxic, personal = _text(u, intent, float(mood[row]), texts.MONTHS[as_of.month - 1])
        message_id = f"m{index:02}-{number[row]:06}"
        answer = _answer(u, intent)
        rows.append((message_id, truth[ID].iloc[row], as_of, text, answer, intent, toxic, personal))
    return pd.DataFrame(rows, columns=list(MESSAGE_COLUMNS))


def _subjects(
    history: History, truth: pd.DataFrame, leaves: NDArray[np.bool_], month: int
) -> tuple[list[str], NDArray[np.float64]]:
    """The subjects there are this month, and each customer's cumulative weights of them."""
    weights = {name: np.full(len(truth), weight) for name, weight in WEIGHTS.items()}
    online = truth["has_internet"].to_numpy()
    quality = truth["network_quality"].to_numpy()
    weights["slow_internet"] *= online * np.exp((np.median(quality) - quality) / 20)
    weights["cancel"] = np.where(leaves, CANCEL_OF_LEAVERS, weights["cancel"])
    chance, usual = (truth[c].to_numpy() for c in ("churn_probability", "usual_probability"))
    excess = np.maximum(np.log(chance / (1 - chance)) - np.log(usual / (1 - usual)), 0.0)
    starts = history.scenario.month_start(month)
    for kind, subject in (("competitor_enters", "rival"), ("price_rise", "price")):
        if any(one.kind == kind and one.acts_on(starts) for one in history.truth_incidents):
            weights[subject] = SUBJECT_BY_EXCESS * excess
    return list(weights), np.cumsum(np.column_stack(list(weights.values())), axis=1)


def _pick(u: Iterator[float], choices: Sequence[str]) -> str:
    return choices[int(next(u) * len(choices))]


def _text(
    u: Iterator[float], intent: str, mood: float, month: str
) -> tuple[str, bool, tuple[tuple[str, int, int], ...]]:
    """A message, whether it insults somebody, and where personal data stand in it."""
    filled = {"month": month, "amount": 20 + int(next(u) * 90), "error": 100 + int(next(u) * 900)}
    subjects = [_pick(u, texts.SUBJECTS[intent]).format(**filled)]
    aside = _pick(u, texts.SUBJECTS[_pick(u, [name for name in WEIGHTS if name != intent])])
    if next(u) < ASIDE:
        subjects.insert(0 if next(u) < ASIDE_FIRST else 1, aside.format(**filled))
    parts = [_pick(u, texts.OPENERS), *subjects, _pick(u, texts.MORE)]
    if next(u) < HURRIED:
        parts = [_hurried(u, part) for part in parts]
    odds = next(u) / np.exp(0.8 * mood)
    toxic = bool(odds < INSULT)
    rude = _pick(u, texts.INSULTS if toxic else texts.ANGER)
    if toxic or odds < INSULT + ANGER:
        parts.append(rude)
    kinds: list[str] = []
    for share in (PERSONAL, SECOND_PERSONAL):
        kind = _pick(u, [kind for kind in texts.SAYINGS if kind not in kinds])
        if next(u) < share and len(kinds) == (share == SECOND_PERSONAL):
            kinds.append(kind)
    values = {kind: _PERSONAL[kind](u) for kind in kinds}
    parts += [_pick(u, texts.SAYINGS[kind]).format(value) for kind, value in values.items()]
    text = " ".join(part for part in parts if part)
    places = ((kind, text.rindex(value), value) for kind, value in values.items())
    return text, toxic, tuple((kind, at, at + len(value)) for kind, at, value in places)


def _hurried(u: Iterator[float], part: str) -> str:
    """One letter of two words in a part is lost."""
    tokens = part.split()
    for _ in range(2 if len(tokens) > 3 else 0):
        place = int(next(u) * len(tokens))
        if len(tokens[place]) > 3:
            tokens[place] = tokens[place][:2] + tokens[place][3:]
    return " ".join(tokens)


def _answer(u: Iterator[float], intent: str) -> str:
    solved, more = texts.ANSWERS[intent]
    parts = [_pick(u, texts.GREETINGS), _pick(u, texts.REGRETS), solved, more]
    return " ".join([*parts, _pick(u, texts.CLOSINGS)])


def _name(u: Iterator[float]) -> str:
    return f"{_pick(u, texts.FIRST)} {_pick(u, texts.LAST)}"


def _email(u: Iterator[float]) -> str:
    name = _name(u).lower().replace(" ", ".")
    # One in five writes the address so that a collector of addresses misses it.
    return f"{name} at example dot com" if next(u) < 0.2 else f"{name}@example.com"


def _digits(u: Iterator[float], count: int) -> str:
    return f"{int(next(u) * 10**count):0{count}}"


def _phone(u: Iterator[float]) -> str:
    area, last = _digits(u, 2), _digits(u, 2)
    forms = ("(4{0}) 555-01{1}", "+1 4{0} 555 01{1}", "4{0}-555-01{1}", "four {0} five five five 01 {1}")  # fmt: skip
    return _pick(u, forms).format(area, last)


def _card(u: Iterator[float]) -> str:
    body = "4" + _digits(u, 14)
    # Luhn: from the right, every other digit doubled; the check digit makes the sum end in 0.
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(reversed(body))]
    check = -sum(d - 9 * (d > 9) for d in doubled) % 10
    number = f"{body}{check}"
    return number if next(u) < 0.3 else " ".join(number[i : i + 4] for i in range(0, 16, 4))


def _iban(u: Iterator[float]) -> str:
    account = _digits(u, 9) + _digits(u, 9)
    # ISO 13616: country (D = 13, E = 14) and 00 at the end, remainder by 97.
    number = f"DE{98 - int(f'{account}131400') % 97:02}{account}"
    return " ".join(number[i : i + 4] for i in range(0, 22, 4))


def _address(u: Iterator[float]) -> str:
    number = 1 + int(next(u) * 80)
    return f"{number} {_pick(u, texts.STREETS)}"


def _birthday(u: Iterator[float]) -> str:
    year, month, day = (1950 + int(next(u) * 55), int(next(u) * 12), 1 + int(next(u) * 28))
    if next(u) < 0.5:
        return f"{year}-{month + 1:02}-{day:02}"
    return f"{day} {texts.MONTHS[month]} {year}"


_PERSONAL = {
    "name": _name, "email": _email, "phone": _phone, "card": _card, "iban": _iban,
    "address": _address, "birthday": _birthday,
}  # fmt: skip
