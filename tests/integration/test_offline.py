"""The wrapper that runs the tests really cuts the network."""

import socket
import subprocess
import sys

import pytest

from coursekit.environment import offline

INTERFACES = "import socket; print([name for _, name in socket.if_nameindex()])"
CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5).close()
    print("connected")
except OSError as error:
    print("refused:", error)
"""
needs_wrapper = pytest.mark.needs("cut network")


def cut(*arguments: object) -> str:
    command = [*offline.wrapper(), sys.executable, "-c", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@needs_wrapper
def test_nothing_but_loopback_exists() -> None:
    assert cut(INTERFACES).strip() == "['lo']"


@needs_wrapper
def test_a_server_outside_cannot_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        # The same program reaches it without the wrapper, so it is the wrapper that cuts.
        plain = [sys.executable, "-c", CONNECT, "127.0.0.1", str(port)]
        assert (
            "connected" in subprocess.run(plain, capture_output=True, text=True, check=True).stdout
        )
        assert "refused" in cut(CONNECT, "127.0.0.1", port)


@needs_wrapper
def test_no_route_leads_outside() -> None:
    assert "unreachable" in cut(CONNECT, "192.0.2.1", 80)  # an address reserved for examples


@needs_wrapper
def test_its_own_loopback_works() -> None:
    program = "import socket; s = socket.create_server(('127.0.0.1', 0)); "
    program += "socket.create_connection(s.getsockname()).close(); print('ok')"
    assert cut(program).strip() == "ok"


def test_the_exit_code_is_the_commands(capfd: pytest.CaptureFixture[str]) -> None:
    assert offline.main([sys.executable, "-c", "raise SystemExit(3)"]) == 3
    assert offline.main([]) == 2


def test_without_bubblewrap_it_says_so_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(offline, "why_not", lambda: "bubblewrap is not installed")
    assert offline.main([sys.executable, "-c", "print('ran')"]) == 0
    said = capfd.readouterr()
    assert "ran" in said.out
    assert "The network stays on for this run" in said.err
