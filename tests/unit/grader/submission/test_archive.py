"""What somebody else has packed stays in its folder, and in its bounds."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from grader.submission.archive import unpack


def packed(path: Path, *entries: tuple[str, bytes, int]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content, kind in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (kind | 0o644) << 16
            archive.writestr(entry, content)
    return path


def unpacked(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_only_files_that_stay_inside_come_out(tmp_path: Path) -> None:
    archive = packed(
        tmp_path / "a.zip",
        ("my/lab.ipynb", b"{}", stat.S_IFREG),
        ("my\\data.csv", b"1", 0),
        ("../up.txt", b"", stat.S_IFREG),
        ("/root.txt", b"", stat.S_IFREG),
        ("link", b"/etc/passwd", stat.S_IFLNK),
        ("__MACOSX/._lab.ipynb", b"", stat.S_IFREG),
        ("my/.DS_Store", b"", stat.S_IFREG),
        ("/".join("d" * 50), b"", stat.S_IFREG),
    )
    left_out = unpack(archive, tmp_path / "to", 1000, 100)
    assert unpacked(tmp_path / "to") == ["my/data.csv", "my/lab.ipynb"]
    assert [line.partition(" (")[0][:9] for line in left_out] == [
        "../up.txt",
        "/root.txt",
        "link",
        "d/d/d/d/d",
    ]
    assert not (tmp_path / "up.txt").exists()


def test_bytes_and_files_are_bounded(tmp_path: Path) -> None:
    entries = [(f"{number}.bin", b"0" * 400, 0) for number in range(5)]
    archive = packed(tmp_path / "a.zip", *entries)
    assert unpack(archive, tmp_path / "bytes", 1000, 100) == [
        f"{number}.bin (too large)" for number in (2, 3, 4)
    ]
    assert unpack(archive, tmp_path / "files", 10_000, 4) == ["4.bin (more than 4 files)"]
    assert unpacked(tmp_path / "bytes") == ["0.bin", "1.bin"]


@pytest.mark.parametrize("harm", ["no archive", "cut", "password"])
def test_what_cannot_be_unpacked_is_one_clause(tmp_path: Path, harm: str) -> None:
    archive = packed(tmp_path / "a.zip", ("lab.ipynb", b"{}" * 100, 0))
    data = bytearray(archive.read_bytes())
    if harm == "no archive":
        data = bytearray(b"PK\x03\x04")
    elif harm == "cut":
        data[60:90] = b"x" * 30
    else:  # a bit that says so, in both places that have it
        data[6] |= 1
        data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    with pytest.raises(ValueError, match=r"^a\.zip cannot be unpacked \([^\n]+\)$"):
        unpack(archive, tmp_path / "to", 1000, 100)
