"""A small local stand-in for a language model that answers customers as a prompt asks for.

It knows what a message is about from a classifier, and what to say from the sentences that the
company's agents use for such a message and for no other. Of a prompt it understands the sentences
in :data:`DIRECTIVES` and nothing else: it cannot paraphrase, reason or invent, and whatever a lesson
shows with it is about versions, measuring and money, not about how well language models write.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Self

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

#: Subjects of customers who speak of leaving.
LEAVING = frozenset({"cancel"})
OFFER = "If you stay for another year, we take 40 dollars off your next bill."

GREETING = "Dear customer, thank you for your message."
REGRET = "We are sorry for the trouble."
CLOSING = "Kind regards, your support team"

#: The sentences of a prompt that are understood, and what each asks for.
DIRECTIVES = {
    "Greet the customer.": "greet",
    "Say that you are sorry for the trouble.": "regret",
    "Explain what happens next.": "more",
    "Close with kind regards.": "close",
    "Offer 40 dollars to customers who speak of leaving.": "offer to leavers",
    "Offer 40 dollars to every customer.": "offer to all",
}
#: A prompt ends with the customer's message, after this line.
MESSAGE = "Message:"


class Responder:
    """Answers messages; train it with :meth:`fit` first.

    Args:
        seed: of the classifier.
    """

    def __init__(self, seed: int = 0) -> None:
        self._model = make_pipeline(
            TfidfVectorizer(sublinear_tf=True),
            LogisticRegression(C=10.0, max_iter=500, random_state=seed),
        )

    def fit(self, messages: Iterable[str], subjects: Iterable[str], answers: Iterable[str]) -> Self:
        """Learn what messages are about, and what agents say to each subject.

        Args:
            messages: n texts.
            subjects: n names, at least two different ones.
            answers: n texts, what agents answered.

        Raises:
            ValueError: if agents have no sentence of its own for a subject.
        """
        subjects = list(subjects)
        said: dict[str, Counter[str]] = defaultdict(Counter)
        of: dict[str, set[str]] = defaultdict(set)
        for subject, answer in zip(subjects, answers, strict=True):
            for sentence in split(answer):
                said[subject][sentence] += 1
                of[sentence].add(subject)
        self._own = {
            subject: [one for one, _ in counts.most_common() if len(of[one]) == 1]
            for subject, counts in said.items()
        }
        if silent := [subject for subject, own in self._own.items() if not own]:
            raise ValueError(f"agents have no sentence of its own for {', '.join(silent)}")
        self._model.fit(list(messages), subjects)
        return self

    def subject(self, message: str) -> str:
        """What a message is about: the likeliest of the subjects seen in training."""
        return str(self._model.predict([message])[0])

    def solution(self, subject: str) -> str:
        """The sentence with which agents solve a case of ``subject``.

        Raises:
            KeyError: for a subject that was not seen in training.
        """
        return self._own[subject][0]

    def reply(self, prompt: str) -> str:
        """The answer to the message at the end of ``prompt``, as the sentences before it ask.

        Raises:
            ValueError: if the prompt has no line ``Message:``.
        """
        instructions, line, message = prompt.partition(f"{MESSAGE}\n")
        if not line:
            raise ValueError(f"the prompt holds no message: end it with a line {MESSAGE!r}")
        wanted = {
            DIRECTIVES[sentence] for sentence in split(instructions) if sentence in DIRECTIVES
        }
        subject = self.subject(message)
        solved, *more = self._own[subject]
        offers = "offer to all" in wanted or (subject in LEAVING and "offer to leavers" in wanted)
        parts = {
            GREETING: "greet" in wanted,
            REGRET: "regret" in wanted,
            solved: True,
            " ".join(more): "more" in wanted,
            OFFER: offers,
            CLOSING: "close" in wanted,
        }
        return " ".join(part for part, said in parts.items() if said)


def split(text: str) -> list[str]:
    """The sentences of a text, in order."""
    return [one.strip() for one in re.split(r"(?<=[.!?])\s+", text) if one.strip()]
