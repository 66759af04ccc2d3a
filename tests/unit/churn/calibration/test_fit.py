"""Fitting: the committed calibration is what IBM's table gives, and it does not overfit."""

import pytest

from churn import data, schema
from churn.calibration import compare, fit
from churn.simulator import conditional_models
from churn.simulator.codes import STEPS_PER_DOLLAR
from churn.simulator.customers import simulate_customers


@pytest.mark.needs("ibm")
def test_a_simulator_fitted_to_one_half_resembles_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = data.load("ibm").sample(frac=1, random_state=0, ignore_index=True)
    seen, unseen = real.iloc[:3500], real.iloc[3500:]
    fitted = conditional_models.expand(fit.fit(seen))
    monkeypatch.setattr(conditional_models, "calibration", lambda: fitted)
    assert compare.two_sample_auc(unseen, simulate_customers(len(unseen), seed=1)) < 0.6


@pytest.mark.needs("ibm")
def test_calibrating_again_gives_the_same_bytes() -> None:
    fitted = fit.to_json(fit.fit(data.load("ibm")))
    assert fitted.encode() == fit.TARGET_FILE.read_bytes()


def test_codes_are_the_inverse_of_labels() -> None:
    table = simulate_customers(500, seed=6)
    codes = fit.to_codes(table)
    for name, values in schema.ALLOWED.items():
        assert [values[code] for code in codes[name]] == table[name].tolist()
    assert (codes["total_steps"] / STEPS_PER_DOLLAR == table["TotalCharges"].fillna(0)).all()
