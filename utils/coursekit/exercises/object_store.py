"""A stand-in for an object store: what is put into it under a name is got back by that name.

    with object_store() as settings:
        subprocess.run([..., "--datastore", "s3", ...], env={**env, **settings})

It speaks as much of S3's protocol as Metaflow needs to put its code package there and to ask whether it is
there. It keeps all in memory, checks no signature, and listens on this machine only.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUCKET = "telco"


@contextmanager
def object_store() -> Iterator[dict[str, str]]:
    """Serve, and give the variables by which Metaflow finds the store; gone at the end."""
    kept: dict[str, bytes] = {}

    class Store(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            kept[self.path] = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._answer(200, b"")

        def do_GET(self) -> None:
            self._answer(200 if self.path in kept else 404, kept.get(self.path, b""))

        do_HEAD = do_GET  # noqa: N815, the name is http.server's

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"0"')
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield {
                "METAFLOW_S3_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
                "METAFLOW_DATASTORE_SYSROOT_S3": f"s3://{BUCKET}/flows",
                # Anything: nobody checks them, but the client wants some.
                "AWS_ACCESS_KEY_ID": "nobody",
                "AWS_SECRET_ACCESS_KEY": "nothing",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
            }
        finally:
            server.shutdown()
