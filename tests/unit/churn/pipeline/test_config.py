"""Settings: what differs between environments, and what is refused with one sentence."""

import shutil
from pathlib import Path

import pytest
import yaml

from churn import schema
from churn.pipeline.config import ENVIRONMENTS, FOLDER, ConfigError, changes_of, load_config
from churn.pipeline.graph import JOBS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "environments"))


def test_the_environments_differ_where_their_files_say_so_and_nowhere_else() -> None:
    plain = {name: load_config(name).model_dump() for name in ENVIRONMENTS}
    for name, settings in plain.items():
        own = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
        for key, value in settings.items():
            if key != "environment" and key not in own:
                assert all(other[key] == value or key in yaml.safe_load(
                    (FOLDER / f"{one}.yaml").read_text()) for one, other in plain.items())  # fmt: skip
    assert plain["dev"]["gate"]["draws"] == plain["prod"]["gate"]["draws"]
    assert plain["dev"]["share"] != plain["prod"]["share"]


def rise(*changes: str) -> str:
    """A file with changes of prices."""
    return f"quality: {{price_changes: [{', '.join(f'{{{one}}}' for one in changes)}]}}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("enginee: onnx\n", "dev: enginee: there is no such setting"),
        ("training: {month: 3}\n", "dev: training.month: there is no such setting"),
        ("share: 0\n", "dev: share: Input should be greater than 0"),
        ("environment: prod\n", "the settings of dev say that they are of prod"),
        ("approval: {second_person: true}\n", "second_person needs an approver"),
        ("- 1\n", "dev.yaml is no list of settings by name"),
        ("a: [\n", "dev.yaml is no YAML"),
        ("scores: postgresql+psycopg://churn:hunter2@db/scores\n", "dev.yaml holds a password"),
        ("scores: ${NOBODY_SET_THIS}\n", "need the environment variable NOBODY_SET_THIS"),
        ("scores: postgresql+psycopg://db/x?password=hunter2\n", "dev.yaml holds a password"),
        ("scores: churn:hunter2@db/scores\n", "dev.yaml holds a password"),
        ("scores: db/scores\n", "dev: scores: write sqlite:///FILE or postgresql"),
        ("registry: telco/mlruns\n", "dev: registry: write sqlite:///FILE"),
        ("feature_registry: http://features\n", "dev: feature_registry: write "),
        (
            "training: {settings: {CC: 0.1}}\n",
            "dev: training: the model logistic has no setting 'CC'",
        ),
        (
            "training: {settings: {token: hunter2}}\n",
            "dev: training: the model logistic has no setting 'token'",
        ),
        (
            "training: {settings: {C: hunter2}}\n",
            "dev: training: the model logistic: The 'C' parameter of LogisticRegression must be",
        ),
        ("training: {settings: {C: -1}}\n", "must be a float in the range (0.0, inf]"),
        (
            "training: {kind: boosting, settings: {max_iter: many}}\n",
            "dev: training: the model boosting: The 'max_iter' parameter",
        ),
        ("labels: {gap_months: .nan}\n", "dev: labels.gap_months"),
        (
            rise("month: 2025-01, chnge: 0.1"),
            "quality.price_changes.0.change: this setting is missing",
        ),
        (
            rise("month: 2025-01, change: 0.1, by: x"),
            "quality.price_changes.0.by: there is no such",
        ),
        (rise("month: 2025-1, change: 0.1"), "quality.price_changes.0.month"),
        (rise("month: 2025-01-01, change: 0.1"), "quality.price_changes.0.month"),
        (rise("month: 2025-01, change: 10"), "quality.price_changes.0.change"),
        (
            rise("month: 2025-02, change: 0.1", "month: 2025-01, change: 0.1"),
            "in the order of their months",
        ),
        (rise("month: 2025-01, change: 0.1", "month: 2025-01, change: 0.1"), "one for each"),
    ],
)
def test_what_is_wrong_is_one_sentence(folder: Path, text: str, sentence: str) -> None:
    (folder / "dev.yaml").write_text(text)
    with pytest.raises(ConfigError) as error:
        load_config("dev", folder, variables={})
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)
    assert "hunter2" not in str(error.value)


def test_another_environment_and_a_missing_file(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no environment 'production': dev, staging, prod"):
        load_config("production")
    (folder / "prod.yaml").unlink()
    with pytest.raises(ConfigError, match=r"there is no prod\.yaml"):
        load_config("prod", folder)


def test_an_address_comes_from_the_environment_and_is_not_in_the_digest(folder: Path) -> None:
    plain = load_config("dev", folder)
    (folder / "dev.yaml").write_text((FOLDER / "dev.yaml").read_text() + "scores: ${SCORES}\n")
    config = load_config("dev", folder, variables={"SCORES": "sqlite:///elsewhere.db"})
    assert config.scores == "sqlite:///elsewhere.db"
    assert config.digest() == plain.digest()


def test_the_digest_follows_what_decides_on_results() -> None:
    one = load_config("dev")
    other = load_config("dev", changes={"training": {"months": 4}})
    assert other.training.kind == one.training.kind
    assert other.digest() != one.digest()
    assert load_config("dev").digest() == one.digest()


def test_an_address_of_spark_alone_decides_that_spark_scores() -> None:
    plain = load_config("prod")
    assert (plain.spark, plain.scored_by) == ("", "onnx")
    here, there = (
        load_config("prod", changes=changes_of([f"spark={master}"]))
        for master in ("local[*]", "spark://10.0.0.7:7077")
    )
    assert here.scored_by == there.scored_by == "spark"
    # That Spark scores is in the digest; where it does is not.
    assert here.digest() == there.digest() != plain.digest()
    for master in ("local[0]", "10.0.0.7:7077", "spark"):
        with pytest.raises(ConfigError, match="prod: spark: "):
            load_config("prod", changes={"spark": master})
    with pytest.raises(ConfigError, match=r"prod: engine: .*'pandas', 'onnx' or 'polars'"):
        load_config("prod", changes={"engine": "spark"})


def test_the_campaign_is_the_gates_too() -> None:
    config = load_config("dev", changes={"campaign": {"contact_cost": 7}})
    assert config.bounds.campaign.contact_cost == 7


def test_a_profile_changes_what_its_file_says_and_nothing_else(folder: Path) -> None:
    plain, left = load_config("prod"), load_config("prod", profile="unattended")
    by_hand = {
        "labels": {"early": True},
        "training": {"window": "since_change"},
        "gate": {"max_calibration_loss": 0.0},
    }
    assert left == load_config("prod", changes=by_hand)
    assert left.digest() != plain.digest()
    # Of the environment's own settings none is lost, and a change comes last.
    assert left.approval == plain.approval
    off = {"labels": {"early": False}}
    assert not load_config("prod", changes=off, profile="unattended").labels.early
    with pytest.raises(ConfigError, match="there is no profile 'prod': unattended"):
        load_config("dev", profile="prod")
    (folder / "unattended.yaml").write_text("labels: {late: true}\n")
    with pytest.raises(ConfigError, match=r"prod: labels\.late: there is no such setting"):
        load_config("prod", folder, profile="unattended")


def test_the_deployment_file_knows_the_jobs_and_the_settings() -> None:
    deployment = yaml.safe_load((FOLDER / "deployment.yaml").read_text())
    assert tuple(deployment) == ENVIRONMENTS
    for name, part in deployment.items():
        assert tuple(part["jobs"]) == JOBS
        assert part["config"] == f"{name}.yaml"


def test_settings_on_a_line_each_are_checked_as_those_of_a_file() -> None:
    lines = ["gate.draws=500", "gate.min_auc_lead=-0.1", "approval.who=Ada", "share=1"]
    config = load_config("dev", changes=changes_of(lines))
    assert (config.gate.draws, config.gate.min_auc_lead) == (500, -0.1)
    assert (config.approval.who, config.share) == ("Ada", 1.0)
    assert config.gate.min_customers == load_config("dev").gate.min_customers
    for line in ("gate.draws", "=3", "gate..draws=3"):
        with pytest.raises(ConfigError, match="is no setting: write NAME=VALUE"):
            changes_of([line])
    with pytest.raises(ConfigError, match=r"gate\.drawn: there is no such setting"):
        load_config("dev", changes=changes_of(["gate.drawn=500"]))
    with pytest.raises(ConfigError, match=r"^gate\.slices: ") as error:
        changes_of(["gate.slices=[a"])
    assert "\n" not in str(error.value)


def test_boosting_can_be_told_not_to_split_by_category(folder: Path) -> None:
    text = "training: {kind: boosting, settings: {categorical_features: null}}\n"
    (folder / "dev.yaml").write_text(text)
    training = load_config("dev", folder).training
    assert (training.kind, training.settings) == ("boosting", {"categorical_features": None})
    (folder / "dev.yaml").write_text(text.replace("null", "[1, 2]"))
    with pytest.raises(ConfigError, match=r"training\.settings\.categorical_features"):
        load_config("dev", folder)


@pytest.mark.parametrize(
    "line",
    [
        "kind: logistic, settings: {C: 0.1, class_weight: balanced}",
        "kind: boosting, settings: {max_iter: 5, max_depth: null, categorical_features: null}",
        "kind: boosting, settings: {learning_rate: 0.1}",
    ],
)
def test_what_the_model_takes_is_taken(folder: Path, line: str) -> None:
    (folder / "dev.yaml").write_text(f"training: {{{line}}}\n")
    assert load_config("dev", folder).training.settings


def test_a_password_in_a_change_is_refused_and_not_told() -> None:
    for url in (
        "postgresql+psycopg://a:hunter2@db/x",
        "postgresql+psycopg://db/x?password=hunter2",
    ):
        with pytest.raises(ConfigError, match="a change holds a password") as error:
            load_config("dev", changes={"scores": url})
        assert "hunter2" not in str(error.value)


def test_bills_follow_the_announced_prices(folder: Path) -> None:
    low, high = schema.bill_range()
    assert load_config("dev").quality.bills("2030-01-31") == (low, high)
    changes = rise(
        "month: 2025-01, change: 0.1", "month: 2026-01, change: 0.2", "month: 2026-06, change: -0.5"
    )
    (folder / "staging.yaml").write_text(changes)
    quality = load_config("staging", folder).quality
    assert quality.bills("2024-12-31") == (low, high)
    assert quality.bills("2025-01-01") == pytest.approx((low, 1.1 * high))
    assert quality.bills("2026-05-31") == pytest.approx((low, 1.32 * high))
    assert quality.bills("2026-06-30") == pytest.approx((0.66 * low, 1.32 * high))
    assert load_config("prod", folder).quality.bills("2026-06-30") == (low, high)
    assert load_config("staging", folder).digest() != load_config("staging").digest()
