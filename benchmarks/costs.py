"""What each part of the course costs in CI, from the times of a run's tests.

COURSE_COSTS=costs.tsv make test
python benchmarks/costs.py costs.tsv

A part is some lessons, their lab, and the packages that they are about. Printed are CPU seconds by part
and kind of check; what belongs to no part (the grader, the kit, modules 00 and 01) is the last line.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pandas as pd

#: What a part consists of, as the beginning of a path, or the name of a lab.
PARTS = {
    "model management": r"modules/02|lab04|churn/registry|test_registry_servers|test_tampering",
    "deployment": r"modules/03|lab05|churn/(serving|scoring|spark|edge|federated)|"
    r"test_(spark|micro_batches|container|edge_page|serving|broker)",
    "monitoring": r"modules/04\w*/0[1-9]|lab06|churn/monitoring|(incidents|readiness)/|evidently|sealed",
    "releases, training": r"modules/04\w*/[12]\d|lab0[78]|churn/(release|experiments|assistant)|continuous",
    "pipeline": r"modules/05\w*/(0[0-7]|12)|lab09|churn/pipeline|pipeline_(kills|postgresql)|real_table",
    "orchestrators, scale": r"modules/05\w*/(08|09|1[01])|orchestrat|test_workflows|cost_curves",
}
#: Tries the harness, on a lab that is drawn for the commit.
OF_THE_HARNESS = "test_one_that_is_left_when_caught"
KINDS = {
    r"modules/": "lessons",
    r"tests/notebooks/test_your_turn": "turns",
    r"tests/grading/test_lab_answers": "answers",
    r"tests/(notebooks/test_labs|integration/test_grade_labs)": "labs",
    r"tests/integration/": "integration",
    r"tests/unit/": "unit",
}


def first(names: dict[str, str], test: str, other: str) -> str:
    """The value of the first pattern that a test's id holds."""
    return next((value for pattern, value in names.items() if re.search(pattern, test)), other)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    tests = pd.read_csv(parser.parse_args().file, sep="\t", names=["test", "seconds"])
    parts = {pattern: name for name, pattern in PARTS.items()}
    tests["part"] = [first(parts, test, "the rest") for test in tests["test"]]
    tests.loc[tests["test"].str.contains(OF_THE_HARNESS), "part"] = "the rest"
    tests["kind"] = [first(KINDS, test, "other") for test in tests["test"]]
    table = tests.pivot_table("seconds", "part", "kind", "sum", fill_value=0.0)
    table = table.reindex([*PARTS, "the rest"]).fillna(0.0)
    table["all"] = table.sum(axis=1)
    table.loc["all"] = table.sum()
    print(table.round(0).astype(int).to_string())


if __name__ == "__main__":
    main()
