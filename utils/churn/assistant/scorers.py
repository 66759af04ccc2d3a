"""How good an answer is: by the words that it shares with a reference, and in dollars.

BLEU comes from NLTK; ROUGE is written here after its paper, because the locked stack has none.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from churn.assistant.responder import OFFER
from churn.metrics import Campaign


def words(text: str) -> list[str]:
    """The words of ``text`` in lower case, without punctuation."""
    return re.findall(r"\w+", text.lower())


def bleu(answer: str, reference: str) -> float:
    """BLEU-4 of one answer against one reference, from 0 to 1, smoothed.

    Geometric mean of the shares of the answer's runs of one to four words that the reference has,
    times a penalty for an answer that is shorter. Smoothing (method 1 of Chen and Cherry, WMT 2014)
    keeps one missing length of run from making it 0.
    Source: Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002.
    """
    from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

    score = sentence_bleu(
        [words(reference)], words(answer), smoothing_function=SmoothingFunction().method1
    )
    return float(score)


def rouge_n(answer: str, reference: str, n: int = 1) -> float:
    """ROUGE-N: the share of the reference's runs of ``n`` words that the answer has, from 0 to 1.

    Source: Lin, "ROUGE: a package for automatic evaluation of summaries", 2004, section 2 (recall).

    Raises:
        ValueError: if ``n`` is below 1 or the reference is shorter than ``n`` words.
    """
    wanted, has = _runs(words(reference), n), _runs(words(answer), n)
    if not wanted:
        raise ValueError(f"the reference has fewer than {n} words: there is nothing to recall")
    return (wanted & has).total() / wanted.total()


def rouge_l(answer: str, reference: str, beta: float = 1.0) -> float:
    """ROUGE-L: F of the longest run of words in common, gaps allowed, from 0 to 1.

    Args:
        answer: what is judged.
        reference: what somebody else wrote.
        beta: how many times recall counts as much as precision.

    Source: Lin, 2004, section 3.1.
    """
    mine, theirs = words(answer), words(reference)
    if not mine or not theirs:
        return 0.0
    common = _longest_common(mine, theirs)
    precision, recall = common / len(mine), common / len(theirs)
    if common == 0:
        return 0.0
    return (1 + beta**2) * precision * recall / (recall + beta**2 * precision)


def _runs(tokens: list[str], n: int) -> Counter[tuple[str, ...]]:
    if n < 1:
        raise ValueError(f"n must be at least 1, not {n}")
    return Counter(zip(*(tokens[start:] for start in range(n)), strict=False))


def _longest_common(one: list[str], other: list[str]) -> int:
    """Length of the longest common subsequence, by the row of lengths so far."""
    row = [0] * (len(other) + 1)
    for token in one:
        before = 0
        for place, candidate in enumerate(other, start=1):
            above = row[place]
            row[place] = before + 1 if token == candidate else max(above, row[place - 1])
            before = above
    return row[-1]


@dataclass(frozen=True)
class AnswerValue:
    """What an answer earns, in dollars.

    A case that is solved saves a call to an agent. The offer keeps the share ``success_rate`` of
    those who were about to leave, as in :class:`churn.metrics.Campaign`; whoever meant to stay takes
    it too, and it costs.

    Attributes:
        call_saved: dollars that a call of an agent costs.
        campaign: what the offer costs and a kept customer is worth.
    """

    call_saved: float = 6.0
    campaign: Campaign = field(default_factory=lambda: Campaign(contact_cost=0.0))

    def dollars(self, answer: str, solution: str, left: int) -> float:
        """Expected dollars of one answer, compared with no answer.

        Args:
            answer: as sent.
            solution: the sentence that solves what the message was really about.
            left: 1 if the customer was about to leave, else 0.
        """
        earned = self.call_saved if solution in answer else 0.0
        if OFFER in answer:
            earned += self.campaign.value_of_leaver if left else self.campaign.value_of_stayer
        return earned
