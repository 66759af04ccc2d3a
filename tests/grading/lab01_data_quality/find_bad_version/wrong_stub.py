"""The empty stub as handed out."""

import tempfile

from coursekit.exercises.delta_history import pack, write_history

with tempfile.TemporaryDirectory() as folder:
    write_history(f"{folder}/table", customers, seed=variant)
    my_files = pack(f"{folder}/table")


def find_bad_version(files):
    raise NotImplementedError()


def restore(files, name):
    raise NotImplementedError()


my_restored = None
raise NotImplementedError()
