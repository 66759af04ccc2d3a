"""Run a Flower app over regions, each in a process of its own: ``python federation_grid.py APP REGIONS OUT``.

Flower's own Python runs this file (``make tools``), not the course's; it needs nothing else.
``APP`` holds ``server_app.py`` and ``client_app.py`` with a ``ServerApp`` and a ``ClientApp`` named
``app``, and ``settings.json`` with the run's configuration. ``REGIONS`` has one file a region, which
only the process of that region opens. In a company Flower's SuperLink and SuperNodes carry the messages
between machines; here a ``Grid`` does, through a pipe to each region, and keeps every message's bytes.

Into ``OUT`` come the messages, numbered, as ``NNN_to_REGION.bin`` and ``NNN_from_REGION.bin``, and
what the server app writes.
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import sys
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from flwr.app import Context, Message, RecordDict, UserConfig
from flwr.common.serde import message_from_proto, message_to_proto
from flwr.proto.message_pb2 import Message as ProtoMessage
from flwr.serverapp import Grid
from flwr.supercore.task_identity import TaskIdentity

RUN = TASK = 1
#: Flower's number of the server; the regions have those that follow.
SERVER = 1
#: A pipe does not end when the server closes it: processes forked later hold it, too.
GOODBYE = b""


class RegionLostError(RuntimeError):
    """The process of a region ended in the middle of a run."""


def main(app: Path, regions: Path, out: Path) -> None:
    settings = json.loads((app / "settings.json").read_text(encoding="utf-8"))
    files = sorted(file for file in regions.iterdir() if file.is_file())
    # Elsewhere than on Linux a copy of this process may not go on safely: a new one starts there.
    way: Any = "fork" if sys.platform == "linux" else "spawn"
    processes = multiprocessing.get_context(way)
    pipes: dict[str, Connection] = {}
    children = []
    for node, file in enumerate(files, start=SERVER + 1):
        pipes[file.stem], end = processes.Pipe()
        child = processes.Process(
            target=serve, args=(app, file, node, settings, end), name=file.stem, daemon=True
        )
        child.start()
        end.close()
        children.append(child)
    server = load(app / "server_app.py")
    try:
        # What Flower's own runtimes set: each message that the server makes carries it.
        TaskIdentity.run_id, TaskIdentity.node_id, TaskIdentity.task_id = RUN, SERVER, TASK
        server(PipeGrid(pipes, out), context(SERVER, {}, settings))
    finally:
        for child in children:
            if child.is_alive():
                with suppress(OSError):  # it may have ended between the two lines
                    pipes[child.name].send_bytes(GOODBYE)
            child.join()


def serve(app: Path, file: Path, node: int, settings: dict[str, Any], pipe: Connection) -> None:
    """One region: answer messages until the server hangs up."""
    client, own = load(app / "client_app.py"), context(node, {"region": str(file)}, settings)
    while (asked := pipe.recv_bytes()) != GOODBYE:
        reply = client(message_from_proto(ProtoMessage.FromString(asked)), own)
        pipe.send_bytes(message_to_proto(reply).SerializeToString())


def load(file: Path) -> Any:
    """The ``app`` of a file."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


def context(node: int, config: UserConfig, settings: UserConfig) -> Context:
    """What Flower hands to an app: ``config`` is the node's own, ``settings`` those of the run."""
    return Context(RUN, node, config, RecordDict(), settings)


class PipeGrid(Grid):
    """The way of messages to the regions and back."""

    def __init__(self, pipes: dict[str, Connection], out: Path) -> None:
        self.pipes, self.out, self.sent = pipes, out, 0
        self.waiting: dict[str, Message] = {}

    def set_run(self, run: object) -> None:
        raise NotImplementedError("there is one run")

    @property
    def run(self) -> Any:
        raise NotImplementedError("there is one run")

    def get_node_ids(self) -> list[int]:
        return list(range(SERVER + 1, SERVER + 1 + len(self.pipes)))

    def create_message(
        self, content: RecordDict, message_type: str, dst_node_id: int, group_id: str, ttl: float | None = None
    ) -> Message:  # fmt: skip
        return Message(content, dst_node_id, message_type, ttl=ttl, group_id=group_id)

    def push_messages(self, messages: Iterable[Message]) -> list[str]:
        found = []
        for message in messages:
            self.sent += 1
            # As Flower's own grids do it; theirs is drawn.
            message.metadata.__dict__["_message_id"] = f"{self.sent:04d}"
            self.waiting[message.metadata.message_id] = self._exchange(message)
            found.append(message.metadata.message_id)
        return found

    def pull_messages(self, message_ids: Iterable[str]) -> list[Message]:
        return [self.waiting.pop(number) for number in message_ids]

    def send_and_receive(
        self, messages: Iterable[Message], *, timeout: float | None = None
    ) -> list[Message]:
        # By node: Flower draws the order, and a sum depends on it in its last digit.
        in_order = sorted(messages, key=lambda message: message.metadata.dst_node_id)
        return self.pull_messages(self.push_messages(in_order))

    def _exchange(self, message: Message) -> Message:
        region = list(self.pipes)[message.metadata.dst_node_id - SERVER - 1]
        asked = message_to_proto(message).SerializeToString()
        self._keep("to", region, asked)
        self.pipes[region].send_bytes(asked)
        try:
            answered = self.pipes[region].recv_bytes()
        except EOFError:
            raise RegionLostError(f"{region} gave up; what it said stands above") from None
        self._keep("from", region, answered)
        return message_from_proto(ProtoMessage.FromString(answered))

    def _keep(self, way: str, region: str, content: bytes) -> None:
        (self.out / f"{self.sent:04d}_{way}_{region}.bin").write_bytes(content)


if __name__ == "__main__":
    try:
        main(*map(Path, sys.argv[1:]))
    except RegionLostError as error:
        sys.exit(str(error))
