"""How many tests this course has of code, data and models, by how much of the system they take.

python benchmarks/pyramid.py           # counts
python benchmarks/pyramid.py --write   # and writes datasets/measured/tests.csv, which a lesson shows
"""

from __future__ import annotations

import argparse

from coursekit import paths
from coursekit.readiness import pyramid

TABLE = paths.course_root() / "datasets/measured/tests.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="datasets/measured/tests.csv, too")
    found = pyramid.count(paths.course_root())
    print(found.to_string())
    print("one part for each of the whole system:")
    print((found.loc["one part"] / found.loc["whole system"]).round(1).to_string())
    if parser.parse_args().write:
        TABLE.write_text(f"# Counted by benchmarks/pyramid.py.\n{found.to_csv()}")


if __name__ == "__main__":
    main()
