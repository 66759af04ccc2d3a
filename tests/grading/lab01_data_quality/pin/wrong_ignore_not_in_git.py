"""Commits the pointer and the settings, not the file that says what Git leaves out."""

from churn.data import write_csv

my_months = [
    {"month": "2024-03", "table": customers.head(300)},
    {"month": "2024-04", "table": customers.iloc[50:470]},
    {"month": "2024-05", "table": customers.iloc[50:470]},
]


def pin(months, name):
    def hash_in_file():
        lines = (repo / "customers.csv.dvc").read_text().splitlines()
        return next(line.split("md5:")[1].strip() for line in lines if "md5:" in line)

    repo, remote = fresh(name), fresh(f"{name}_remote")
    run("git init -b main", repo)
    run("dvc init", repo)
    run(f"dvc remote add --default storage {shlex.quote(str(remote))}", repo)
    hashes = {}
    for month in months:
        write_csv(month["table"], repo / "customers.csv")
        run("dvc add customers.csv", repo)
        run("git add customers.csv.dvc .dvc/config", repo)
        run(f"git commit --allow-empty -m 'Data of {month['month']}'", repo)
        run(f"git tag {month['month']}", repo)
        run("dvc push", repo)
        hashes[month["month"]] = hash_in_file()
    return {"repo": str(repo), "remote": str(remote), "hashes": hashes}


def bring_back(repo, month, name):
    clone = fresh(name)
    run(f"git clone {shlex.quote(str(repo))} .", clone)
    run(f"git checkout {month}", clone)
    run("dvc pull", clone)
    return str(clone / "customers.csv")


my_pins = my_march = None
my_pins = pin(my_months, "my_data")
my_march = bring_back(my_pins["repo"], "2024-03", "my_clone")
