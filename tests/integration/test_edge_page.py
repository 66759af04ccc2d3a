"""A customer scored in a browser gets Python's score, and nothing typed there leaves it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from browser import Browser
from churn import data, features, training
from churn.edge import write_page
from churn.registry import packaging
from coursekit.environment import browser_runtime, known

pytestmark = pytest.mark.needs("chromium", "browser runtime")
THRESHOLD = 0.24
CUSTOMERS = 40


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """Simulated ones that are not fitted on; of the first, nothing has been billed yet."""
    X = features.features(data.load("synthetic", n=CUSTOMERS, seed=8))
    X.loc[0, ["tenure", "TotalCharges"]] = [0, 0.0]
    return X


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, customers: pd.DataFrame
) -> Iterator[tuple[str, list[float]]]:
    """The address of the page, served by the command that the lesson gives, and Python's scores."""
    folder = tmp_path_factory.mktemp("edge")
    table = data.load("synthetic", n=2000, seed=0)
    model = training.make_model("logistic").fit(*features.xy(table))
    packaging.package(model, table.head(50), folder / "model", THRESHOLD)
    (twin,) = (folder / "model").rglob("*.onnx")
    write_page(folder / "page", twin.read_bytes(), THRESHOLD)
    browser_runtime.copy_to(folder / "page/runtime")
    command = ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory"]
    server = subprocess.Popen(
        [sys.executable, *command, str(folder / "page")],
        env=known.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout
        port = re.search(r"port (\d+)", server.stdout.readline())
        assert port
        yield f"http://127.0.0.1:{port[1]}", model.predict_proba(customers)[:, 1].tolist()
    finally:
        server.terminate()
        server.communicate()


@pytest.fixture(scope="module")
def browser(
    tmp_path_factory: pytest.TempPathFactory, served: tuple[str, list[float]]
) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        opened.open(f"{served[0]}/index.html")
        opened.wait_for_text("Probability of leaving")
        yield opened


def score(browser: Browser, customer: dict[str, str]) -> object:
    """The score of a customer given as texts, or what the page's script says against it."""
    call = f"import('/score.mjs').then(m => m.score({json.dumps(customer)})).catch(e => e.message)"
    return browser.evaluate(call)


def as_texts(customers: pd.DataFrame) -> list[dict[str, str]]:
    rows = customers.to_dict("records")
    return [{str(name): str(value) for name, value in row.items()} for row in rows]


def test_scores_are_pythons(
    browser: Browser, served: tuple[str, list[float]], customers: pd.DataFrame
) -> None:
    found = [score(browser, customer) for customer in as_texts(customers)]
    np.testing.assert_allclose(np.array(found, dtype=float), served[1], rtol=0, atol=1e-6)
    assert np.ptp(served[1]) > 0.5  # so that equal scores mean something


def test_the_form_shows_score_and_decision(
    browser: Browser, served: tuple[str, list[float]], customers: pd.DataFrame
) -> None:
    decisions = set()
    for row in (int(np.argmax(served[1])), int(np.argmin(served[1]))):
        typed = json.dumps(as_texts(customers)[row])
        browser.evaluate(
            f"for (const [n, v] of Object.entries({typed})) document.forms[0].elements[n].value = v;"
            "document.querySelector('output').value = '';"
            "document.forms[0].dispatchEvent(new Event('input'))"
        )
        shown = browser.wait_for("document.querySelector('output').value")
        assert f"leaving: {served[1][row]:.3f}" in shown
        decisions.add(browser.evaluate("document.querySelector('output').value.split(' – ')[1]"))
    assert decisions == {"contact", "do not contact"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Contract", "Three years"),
        ("TotalCharges", ""),
        ("MonthlyCharges", "Infinity"),
        ("SeniorCitizen", "2"),
        ("tenure", "73"),
        ("tenure", "1.5"),
    ],
)
def test_what_the_schema_forbids_gets_no_score(
    browser: Browser, customers: pd.DataFrame, name: str, value: str
) -> None:
    said = score(browser, {**as_texts(customers)[0], name: value})
    assert str(said).startswith(f"{name}: "), said


def test_it_asks_its_own_server_for_files_only(
    browser: Browser, served: tuple[str, list[float]], customers: pd.DataFrame
) -> None:
    score(browser, as_texts(customers)[0])
    names = {request.removeprefix(served[0]) for request in browser.requests}
    assert {"/model.onnx", "/runtime/ort-wasm-simd-threaded.wasm"} <= names
    assert all(re.fullmatch(r"/[\w./-]+", name) for name in names), names
    assert browser.errors == []
    # Should a script try to send something elsewhere, the browser refuses.
    tried = browser.evaluate("fetch('http://127.0.0.2:9/x').then(() => 'sent').catch(e => e.name)")
    assert tried == "TypeError"
    browser.evaluate("1")
    assert any("Content Security Policy" in error for error in browser.errors), browser.errors
    browser.errors.clear()
