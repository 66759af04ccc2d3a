"""Streams by name: what one draws does not depend on the others, nor on who else draws."""

import numpy as np
import pytest

from churn.simulator.random_streams import generator, normals, stream, uniforms

EVERYBODY = np.arange(5000)


def test_a_customers_numbers_do_not_depend_on_the_others() -> None:
    some = np.array([3, 17, 4999])
    everybody = uniforms(1, "leave", 2, EVERYBODY, width=3)
    assert (uniforms(1, "leave", 2, some, width=3) == everybody[some]).all()
    assert (normals(1, "mood", 2, some) == normals(1, "mood", 2, EVERYBODY)[some]).all()


@pytest.mark.parametrize("other", [(2, "leave", 2), (1, "services", 2), (1, "leave", 3)])
def test_another_seed_purpose_or_month_is_another_stream(other: tuple[int, str, int]) -> None:
    one, two = (uniforms(*which, EVERYBODY)[:, 0] for which in ((1, "leave", 2), other))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.05
    assert (one != two).all()


def test_the_same_stream_gives_the_same_numbers() -> None:
    assert stream(1, "leave", 2).random() == stream(1, "leave", 2).random()
    assert stream(1, "leave").random() == stream(1, "leave", 0).random()


def test_normal_numbers_are_standard_and_in_thousandths() -> None:
    drawn = normals(1, "mood", 0, EVERYBODY)
    assert drawn.shape == EVERYBODY.shape
    assert abs(drawn.mean()) < 0.05
    assert drawn.std() == pytest.approx(1, abs=0.05)
    assert np.allclose(drawn * 1000, np.rint(drawn * 1000))


def test_nobody_draws_nothing() -> None:
    nobody = np.array([], dtype=np.int64)
    assert uniforms(1, "leave", 0, nobody, width=2).shape == (0, 2)
    assert normals(1, "mood", 0, nobody).shape == (0,)


@pytest.mark.parametrize(("seed", "number"), [(-1, 0), (0, -1)])
def test_what_is_no_seed_is_refused(seed: int, number: int) -> None:
    with pytest.raises(ValueError, match="whole numbers >= 0"):
        generator(seed, number)
