"""Frames arrive whole or not at all, and nobody waits longer than asked."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.exceptions import ConnectionClosedError
from grader.wire import framing
from grader.wire.framing import AgentListener, receive, send

Line = tuple[socket.socket, socket.socket]


@pytest.fixture
def line() -> Iterator[Line]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits looks up at once."""
    monkeypatch.setattr(framing, "_TICK", 0.001)


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 3000])
def test_a_frame_comes_as_it_was_sent(line: Line, data: bytes) -> None:
    ours, theirs = line
    sender = threading.Thread(target=send, args=(theirs, data))
    sender.start()  # more than a socket holds, so somebody has to read meanwhile
    assert receive(ours, len(data)) == data
    sender.join(10)


def test_frames_follow_each_other(line: Line) -> None:
    ours, theirs = line
    for data in (b"one", b"", b"three"):
        send(theirs, data)
    assert [receive(ours, 10) for _ in range(3)] == [b"one", b"", b"three"]


def test_a_frame_in_pieces_is_put_together(line: Line, ticking: None) -> None:
    ours, theirs = line
    waiting = list((3).to_bytes(8, "big") + b"abc")

    def go_on() -> bool:
        theirs.sendall(bytes([waiting.pop(0)]))
        return True

    assert receive(ours, 10, go_on) == b"abc"
    assert waiting == []


def test_what_is_too_large_is_refused_before_any_of_it_is_read(line: Line) -> None:
    ours, theirs = line
    send(theirs, b"four")
    with pytest.raises(ConnectionClosedError, match="a frame of 4 bytes"):
        receive(ours, 3)
    assert ours.recv(10) == b"four"


@pytest.mark.parametrize("sent", [b"", b"\0" * 7, (3).to_bytes(8, "big") + b"ab"])
def test_who_hangs_up_in_the_middle_has_sent_nothing(line: Line, sent: bytes) -> None:
    ours, theirs = line
    theirs.sendall(sent)
    theirs.close()
    with pytest.raises(ConnectionClosedError, match="hung up"):
        receive(ours, 10)


@pytest.mark.parametrize("sent", [b"", b"\0" * 7, (3).to_bytes(8, "big") + b"ab"])
def test_waiting_ends_when_it_is_told_to(line: Line, ticking: None, sent: bytes) -> None:
    ours, theirs = line
    theirs.sendall(sent)
    answers = iter([True, True, False])
    with pytest.raises(TimeoutError):
        receive(ours, 10, lambda: next(answers, False))
    assert next(answers, None) is None


def test_a_frame_that_is_there_is_read_though_the_time_is_up(line: Line) -> None:
    ours, theirs = line
    send(theirs, b"done")
    assert receive(ours, 10, lambda: False) == b"done"


def test_an_agent_calls_in_and_is_hung_up_on(tmp_path: Path, ticking: None) -> None:
    listener = AgentListener(tmp_path / "agent")
    with pytest.raises(TimeoutError):
        listener.accept(lambda: False)
    with socket.socket(socket.AF_UNIX) as agent:
        agent.connect(str(listener.place))
        connection = listener.accept(lambda: True)
        assert listener.accept(lambda: False) is connection
        send(agent, b"here")
        assert receive(connection, 10) == b"here"
        listener.hang_up()
        assert agent.recv(1) == b""
        listener.hang_up()
    listener.close()
    with socket.socket(socket.AF_UNIX) as agent, pytest.raises(ConnectionRefusedError):
        agent.connect(str(listener.place))
