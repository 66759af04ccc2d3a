"""Unpacks into a folder without emptying it."""

import tempfile

from deltalake import DeltaTable

from coursekit.exercises.delta_history import pack, unpack, write_history

with tempfile.TemporaryDirectory() as folder:
    write_history(f"{folder}/table", customers, seed=variant)
    my_files = pack(f"{folder}/table")


def find_bad_version(files):
    path = str(unpack(files, fresh("looked_into")))
    history = {entry["version"]: entry for entry in DeltaTable(path).history()}

    def rows(version):
        return DeltaTable(path, version=version).to_pandas()

    def sorted_rows(version):
        table = rows(version)
        return table.sort_values(list(table), ignore_index=True)

    last_good, first_bad = -1, max(history)
    while first_bad - last_good > 1:
        middle = (last_good + first_bad) // 2
        if check_batch(rows(middle))["success"]:
            last_good = middle
        else:
            first_bad = middle
    later = [version for version in sorted(history) if version > first_bad]
    return {
        "version": first_bad,
        "job": history[first_bad]["job"],
        "lost": [v for v in later if not sorted_rows(v).equals(sorted_rows(v - 1))],
    }


def restore(files, name):
    path = str(unpack(files, workspace / name))
    DeltaTable(path).restore(find_bad_version(files)["version"] - 1)
    return path


my_restored = None
my_restored = restore(my_files, "mine")
