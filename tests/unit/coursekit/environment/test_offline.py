"""The command without a network: its exit code, and what is said where the network stays."""

import sys

import pytest

from coursekit.environment import offline

EXIT_3 = [sys.executable, "-c", "raise SystemExit(3)"]


def test_without_a_command_it_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert offline.main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_where_the_network_cannot_be_cut_the_command_runs_and_the_reason_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(offline, "why_not", lambda: "there is no bubblewrap")
    assert offline.main(EXIT_3) == 3
    assert "The network stays on for this run: there is no bubblewrap." in capsys.readouterr().err


def test_where_it_can_be_cut_the_exit_code_comes_through(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(offline, "why_not", lambda: None)
    monkeypatch.setattr(offline, "wrapper", lambda: ["env", "-u", "NOTHING"])
    assert offline.main(EXIT_3) == 3
    assert capsys.readouterr().err == ""


def test_root_keeps_its_privileges_and_nobody_else_asks_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for user, asks in ((0, True), (1000, False)):
        monkeypatch.setattr("os.geteuid", lambda user=user: user)
        words = offline.wrapper()
        assert ("--cap-add" in words) is asks
        assert {"--unshare-net", "--die-with-parent"} <= set(words)
        assert words[-1] == "--"
