"""From the first version on, by what task 2 finds in it."""

import tempfile

from deltalake import DeltaTable

from coursekit.exercises.delta_history import pack, unpack, write_history

with tempfile.TemporaryDirectory() as folder:
    write_history(f"{folder}/table", customers, seed=variant)
    my_files = pack(f"{folder}/table")


def is_bad(rows):
    return findings(rows) != []


def rows_of(path, version):
    rows = DeltaTable(path, version=version).to_pandas()
    return rows.sort_values(list(rows), ignore_index=True)


def changed(path, version):
    return not rows_of(path, version).equals(rows_of(path, version - 1))


def find_bad_version(files):
    path = str(unpack(files, fresh("search")))
    history = sorted(DeltaTable(path).history(), key=lambda entry: entry["version"])
    bad = 0
    while not is_bad(DeltaTable(path, version=bad).to_pandas()):
        bad += 1
    lost = [e["version"] for e in history[bad + 1 :] if changed(path, e["version"])]
    return {"version": bad, "job": history[bad]["job"], "lost": lost}


def restore(files, name):
    bad = find_bad_version(files)["version"]
    path = str(unpack(files, fresh(name)))
    DeltaTable(path).restore(bad - 1)
    return path


my_restored = restore(my_files, "mine")
