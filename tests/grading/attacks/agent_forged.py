"""The agent that answers the grader is replaced: its replies are garbage, without end, or huge."""

FORGED = ("double-test", "number-test", "add-test", "area-test")
CODE = """
import socket

import grader.endpoints.agent as agent

count = 0


def frame(text):
    return len(text).to_bytes(8, "big") + text


def serve(place):
    global count
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(place)
        while line.recv(1 << 20):
            count += 1
            match count % 6:
                case 0:
                    line.sendall(b"\\xff" * 8)
                case 1:
                    line.sendall((60_000_000).to_bytes(8, "big") + b"x" * 1000)
                    return
                case 2:
                    text = b'{"v": ' + b"[" * 100_000 + b'], "b": []}'
                    line.sendall(frame(frame(text)))
                case 3:
                    text = b'{"v": ["t", ["l", ["t", ["raised", "0"]]]], "b": []}'
                    line.sendall(frame(frame(text)) * 1000)
                case 4:
                    text = b'{"v": ["t", ["workspace", "x", ["p", "/etc"], 0]], "b": [-1]}'
                    line.sendall(frame(frame(text)))
                case 5:
                    return


agent.serve = serve
"""
