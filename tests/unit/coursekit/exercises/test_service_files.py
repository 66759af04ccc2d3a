"""The files that a lesson's service is started with are those that it takes."""

from __future__ import annotations

from pathlib import Path

from churn import data
from churn.serving.__main__ import arguments, build
from coursekit.exercises.service_files import THRESHOLD, service_files


def test_a_service_starts_with_them(tmp_path: Path) -> None:
    customers = data.load("synthetic", n=300, seed=5)
    settings, clients = {"budget": 3.5}, {"shop": "secret"}
    command = service_files(tmp_path, customers, {"b": 200, "a": 300}, clients, settings)
    assert "secret" not in (tmp_path / "keys.json").read_text()
    service = build(arguments().parse_args(command))
    try:
        service.champions.refresh()
        champion = service.champions.current
        assert champion
        assert (champion.version, champion.threshold) == ("b", THRESHOLD)
        assert service.settings.budget == 3.5
        assert service.access.admit("secret") == "shop"
    finally:
        service.close()
