"""The agent that answers the grader is replaced: its replies are links, pipes, garbage and huge."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
import os
import pathlib

import coursekit.grading.agent as agent

count = 0


def serve(request, reply):
    global count
    count += 1
    os.unlink(request)
    match count % 7:
        case 0:
            os.symlink("/etc/passwd", reply)
        case 1:
            os.mkfifo(reply)
        case 2:
            pathlib.Path(reply).write_bytes(b"x" * 100_000_000)
        case 3:
            pathlib.Path(reply).mkdir()
        case 4:
            text = b'{"v": ' + b"[" * 100_000 + b'], "b": []}'
            pathlib.Path(reply).write_bytes(len(text).to_bytes(8, "big") + text)
        case 5:
            text = b'{"v": ["t", ["raised", ["l", ["builtins.SystemExit"]], "0"]], "b": []}'
            pathlib.Path(reply).write_bytes(len(text).to_bytes(8, "big") + text)
        case 6:
            text = b'{"v": ["t", ["workspace", "x", ["p", "/etc"], 0]], "b": [-1]}'
            pathlib.Path(reply).write_bytes(len(text).to_bytes(8, "big") + text)


agent.serve = serve
"""
