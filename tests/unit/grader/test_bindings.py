"""Which names a cell binds for the cells below it, read from its source."""

import pytest

from grader.bindings import names_bound, names_meant

#: Sources and the names that are there after they have run.
BOUND = {
    "x = y = 1\nz += 1": "x y z",
    "a, (b, *c) = 1, (2,)": "a b c",
    "typed: int = 1\nonly_typed: int": "typed",
    "for i, (j, k) in rows: pass": "i j k",
    "while line := read(): pass": "line",
    "with open('f') as file, other() as (one, *rest): pass": "file one rest",
    "try: pass\nexcept ValueError as error: pass\nelse: fine = 1\nfinally: last = 1": "error fine last",
    "try: pass\nexcept* OSError as group: pass": "group",
    "match x:\n    case {'k': v, **kw}: pass\n    case [p, *q]: pass\n    case C(a=z) as w: pass\n    case _: pass": "kw p q v w z",
    "def f(p, *, q=(d := 1)):\n    own = p\n    return own": "d f",
    "async def g(): own = 1": "g",
    "@wraps(w := 1)\nclass A(B, key=(m := 2)):\n    own = 1": "A m w",
    "type Alias[T] = list[T]": "Alias",
    "h = lambda p, q=(d := 1): (own := p)": "d h",
    # Targets of comprehensions are their own, whatever stands in them; a walrus' is not.
    "[c for c in d]\n{k: v for k, v in d}\n{s for s in d}": "",
    "any(g for g in d if (last := g))": "last",
    "found = [[i for i in j] for j in (src := d)]": "found src",
    "[(t := c) for c in d]": "t",
    "a.b = 1\nc[0] = 2\ndel d\nx == 1": "",
}  # fmt: skip


@pytest.mark.parametrize("source", BOUND)
def test_what_a_cell_binds(source: str) -> None:
    assert " ".join(sorted(names_bound(source))) == BOUND[source]
    assert names_meant(source) == names_bound(source)


def test_imports_bind_their_first_part_or_the_name_they_are_given() -> None:
    source = (
        "import os.path, numpy as np\nfrom math import sqrt as root, pi\nfrom json import *\nx = 1"
    )
    assert names_bound(source) == {"os", "np", "root", "pi", "x"}
    assert names_bound(source, imports=False) == {"x"}


def test_what_is_no_python_is_an_error_or_read_line_by_line() -> None:
    broken = "def area(a, b)\n    own = 1\ntotal: int = 3\nx, y = 1, 2\nasync def f(\nclass Q\nx == 3\n%magic\n"
    with pytest.raises(SyntaxError):
        names_bound(broken)
    assert names_meant(broken) == {"area", "total", "x", "y", "f", "Q"}


@pytest.mark.parametrize("source", ["x = 1\n\0", "x = 1\n" + "(" * 1000, "x = 1\n" + "-" * 100_000])
def test_what_no_parser_takes_still_tells_its_names(source: str) -> None:
    assert names_meant(source) == {"x"}


def test_a_long_sum_is_read() -> None:
    assert "x" in names_meant("x = " + " + ".join("a" * 3000))


def test_reading_a_cell_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    assert names_bound("x = '\\d'\ny = 1 is 1") == {"x", "y"}
    assert not recwarn.list
