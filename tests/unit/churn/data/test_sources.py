"""Loading, reading and writing customer tables, and what is said when it cannot be done."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from churn import data, schema
from churn.data import DataError, ibm

needs_ibm = pytest.mark.needs("ibm")


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small file that passes for IBM's: its hash and row count are the expected ones."""
    file = tmp_path / "telco.csv"
    data.write_csv(data.load(n=50, seed=1), file)
    monkeypatch.setattr(ibm, "IBM_SHA256", hashlib.sha256(file.read_bytes()).hexdigest())
    monkeypatch.setattr(ibm, "IBM_ROWS", 50)
    monkeypatch.delenv(data.IBM_CSV, raising=False)
    monkeypatch.delenv(data.IBM_URL, raising=False)
    return file


class Web(ThreadingHTTPServer):
    """A web server; ``content`` is what it sends, ``url`` its address."""

    content: bytes
    url: str


@pytest.fixture
def web() -> Iterator[Web]:
    """A server on the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if server.content else 404)
            self.end_headers()
            self.wfile.write(server.content)

        def log_message(self, *_: object) -> None:
            pass

    server = Web(("127.0.0.1", 0), Handler)
    server.content = b""
    server.url = f"http://127.0.0.1:{server.server_port}/telco.csv"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_synthetic_is_the_default_and_follows_n_and_seed() -> None:
    assert len(data.load()) == 7043
    small = data.load("synthetic", n=20, seed=5)
    assert len(schema.validate(small)) == 20
    assert not small.equals(data.load(n=20, seed=6))


@pytest.mark.parametrize("n", [0, -3])
def test_no_customers_is_an_error(n: int) -> None:
    with pytest.raises(DataError, match="n must be at least 1"):
        data.load(n=n)


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(DataError, match="'IBM': use one of synthetic, ibm"):
        data.load("IBM")


def test_ibm_needs_a_path(stand_in: Path) -> None:
    with pytest.raises(FileNotFoundError, match="set CHURN_IBM_CSV"):
        data.load("ibm")


def test_a_missing_file_is_named(stand_in: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"not at .*absent\.csv"):
        data.load("ibm", path=stand_in.with_name("absent.csv"))


def test_ibm_by_argument_and_by_environment(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = data.load(n=50, seed=1)
    pd.testing.assert_frame_equal(data.load_ibm(stand_in), expected)
    monkeypatch.setenv(data.IBM_CSV, str(stand_in))
    pd.testing.assert_frame_equal(data.load("ibm"), expected)


def test_the_path_argument_goes_before_the_environment(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(data.IBM_CSV, "elsewhere.csv")
    assert len(data.load_ibm(stand_in)) == 50


def test_windows_line_ends_are_accepted(stand_in: Path) -> None:
    stand_in.write_bytes(stand_in.read_bytes().replace(b"\n", b"\r\n"))
    pd.testing.assert_frame_equal(data.load_ibm(stand_in), data.load(n=50, seed=1))


DAMAGES = {
    "it is empty": lambda content: b"",
    "it has 49 rows, not 50": lambda content: content[: content.rindex(b"\n", 0, -1) + 1],
    "not the 21 column names": lambda content: content.replace(b"gender", b"sex"),
    "some of its values were changed": lambda content: content.replace(b"Male", b"male", 1),
}


@pytest.mark.parametrize("message", DAMAGES)
def test_a_damaged_file_is_described(stand_in: Path, message: str) -> None:
    stand_in.write_bytes(DAMAGES[message](stand_in.read_bytes()))
    with pytest.raises(DataError, match=message):
        data.load_ibm(stand_in)


def test_download_checks_and_writes(
    stand_in: Path, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.content = stand_in.read_bytes().replace(b"\n", b"\r\n")
    target = tmp_path / "new" / "telco.csv"
    assert data.download_ibm(target, web.url) == target
    assert target.read_bytes() == stand_in.read_bytes()
    # A right file is kept: the server has nothing more to send.
    web.content = b""
    monkeypatch.setenv(data.IBM_URL, web.url)
    assert data.download_ibm(target) == target
    with pytest.raises(DataError, match="404"):
        data.download_ibm(tmp_path / "other.csv")


def test_a_wrong_download_is_not_kept(stand_in: Path, web: Web, tmp_path: Path) -> None:
    web.content = b"<html>not found</html>"
    target = tmp_path / "new.csv"
    with pytest.raises(DataError, match="its first line is '<html>not found</html>'"):
        data.download_ibm(target, web.url)
    assert not target.exists()


@pytest.mark.parametrize("url", [None, "file:///telco.csv"])
def test_download_needs_a_web_address(stand_in: Path, tmp_path: Path, url: str) -> None:
    with pytest.raises(DataError, match="set CHURN_IBM_URL"):
        data.download_ibm(tmp_path / "new.csv", url)


def test_csv_has_ibms_format(tmp_path: Path) -> None:
    table = data.load(n=3, seed=0).assign(
        tenure=[0, 1, 34],
        MonthlyCharges=[70.7, 20.0, 56.95],
        TotalCharges=[float("nan"), 20.0, 1889.5],
    )
    file = tmp_path / "three.csv"
    data.write_csv(table, file)
    header, *rows, end = file.read_bytes().decode().split("\n")
    assert header == ",".join(schema.COLUMNS)
    assert end == ""
    amounts = [row.split(",")[-3:-1] for row in rows]
    assert amounts == [["70.7", " "], ["20", "20"], ["56.95", "1889.5"]]


def test_csv_round_trip(tmp_path: Path) -> None:
    table = data.load(n=2000, seed=4)
    assert table["TotalCharges"].isna().any()
    data.write_csv(table, tmp_path / "t.csv")
    pd.testing.assert_frame_equal(data.read_csv(tmp_path / "t.csv"), table)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "customerID\nx\n"])
def test_another_csv_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(DataError, match="not a customer table"):
        data.read_csv(tmp_path / "t.csv")


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    text = data.csv_bytes(data.load(n=1, seed=2)).decode().rsplit(",", 2)[0] + ",much,No\n"
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(DataError, match="much"):
        data.read_csv(tmp_path / "t.csv")


@needs_ibm
def test_ibms_file_loads_and_is_written_back_byte_for_byte(tmp_path: Path) -> None:
    table = schema.validate(data.load("ibm"))
    assert len(table) == data.IBM_ROWS
    assert int(table["TotalCharges"].isna().sum()) == 11
    assert int((table["Churn"] == "Yes").sum()) == 1869
    data.write_csv(table, tmp_path / "again.csv")
    assert hashlib.sha256((tmp_path / "again.csv").read_bytes()).hexdigest() == ibm.IBM_SHA256
