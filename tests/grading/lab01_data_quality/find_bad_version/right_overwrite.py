"""Backwards from the newest version; restores by writing the last good rows as a new version."""

import tempfile

from deltalake import DeltaTable

from coursekit.exercises.delta_history import pack, unpack, write_history

with tempfile.TemporaryDirectory() as folder:
    write_history(f"{folder}/table", customers, seed=variant)
    my_files = pack(f"{folder}/table")


from deltalake import write_deltalake


def find_bad_version(files):
    path = str(unpack(files, fresh("backwards")))
    newest = DeltaTable(path).version()
    version, lost, previous = newest, [], None
    jobs = {entry["version"]: entry for entry in DeltaTable(path).history()}
    while version >= 0:
        rows = DeltaTable(path, version=version).to_pandas()
        fine = check_batch(rows)["success"]
        if fine:
            break
        version -= 1
    bad = version + 1
    for later in range(bad + 1, newest + 1):
        old = DeltaTable(path, version=later - 1).to_pandas().sort_values(list(rows.columns))
        new = DeltaTable(path, version=later).to_pandas().sort_values(list(rows.columns))
        if not old.reset_index(drop=True).equals(new.reset_index(drop=True)):
            lost.append(later)
    return {"lost": lost, "job": jobs[bad]["job"], "version": bad}


def restore(files, name):
    path = str(unpack(files, fresh(name)))
    good = find_bad_version(files)["version"] - 1
    write_deltalake(path, DeltaTable(path, version=good).to_pyarrow_table(), mode="overwrite")
    return path


my_restored = restore(my_files, "mine")
