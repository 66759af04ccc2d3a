"""The metrics give the figures of their papers and of NLTK's own examples."""

import pytest

from churn.assistant.responder import OFFER
from churn.assistant.scorers import AnswerValue, bleu, rouge_l, rouge_n
from churn.metrics import Campaign

POLICE = "police killed the gunman"


@pytest.mark.parametrize(
    ("answer", "score"),
    # Lin 2004, section 3.1: S2 and S3 against S1, and the same for both by ROUGE-2.
    [("police kill the gunman", 3 / 4), ("the gunman kill police", 2 / 4)],
)
def test_rouge_l_of_the_paper(answer: str, score: float) -> None:
    assert rouge_l(answer, POLICE) == pytest.approx(score)
    assert rouge_n(answer, POLICE, n=2) == pytest.approx(1 / 3)


def test_rouge_weighs_recall_by_beta() -> None:
    # Two of two words, two of four: precision 1, recall 1/2.
    assert rouge_l("police killed", POLICE) == pytest.approx(2 / 3)
    assert rouge_l("police killed", POLICE, beta=2.0) == pytest.approx(2.5 / 4.5)
    assert rouge_n("police police killed", POLICE) == pytest.approx(1 / 2)


def test_nothing_in_common_is_zero() -> None:
    assert rouge_l("", POLICE) == rouge_l("blue sky", POLICE) == rouge_n("blue", POLICE) == 0.0
    with pytest.raises(ValueError, match="fewer than 2 words"):
        rouge_n("a", "a", n=2)
    with pytest.raises(ValueError, match="at least 1"):
        rouge_n("a", "a", n=0)


def test_bleu_of_the_example_of_papineni() -> None:
    # Candidate 1 and reference 1 of the paper, as in NLTK's documentation (0.4118 there, with case).
    answer = "It is a guide to action which ensures that the military always obeys the commands of the party"
    reference = (
        "It is a guide to action that ensures that the military will forever heed Party commands"
    )
    worse = "It is to insure the troops forever hearing the activity guidebook that party direct"
    assert 0.40 < bleu(answer, reference) < 0.46
    assert bleu(worse, reference) < 0.1
    assert bleu(reference.upper() + "!", reference) == pytest.approx(1.0)


def test_bleu_punishes_what_is_short() -> None:
    reference = "we have checked your bill and sent you each item by mail"
    assert bleu("we have checked your bill", reference) < bleu(reference[:-8], reference) < 1


def test_dollars_of_an_answer() -> None:
    value = AnswerValue(call_saved=6.0, campaign=Campaign(0.0, 40.0, 400.0, 0.5))
    assert value.dollars("Done.", "Done.", left=0) == 6.0
    assert value.dollars("Other.", "Done.", left=0) == 0.0
    assert value.dollars(f"Done. {OFFER}", "Done.", left=1) == 6.0 + 0.5 * 360
    assert value.dollars(f"Done. {OFFER}", "Done.", left=0) == 6.0 - 40.0
