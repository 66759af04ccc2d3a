"""A fork enters a sandbox by itself: no privileges, its own folders, nobody else's."""

from __future__ import annotations

import sys

import pytest

from coursekit.paths import course_root
from grader.kernels import forked
from kernel_queries import error
from kernel_queries import value as ask
from open_kernels import OpenKernel

pytestmark = pytest.mark.needs("sandbox")


def test_a_fork_has_no_privileges(open_kernel: OpenKernel) -> None:
    with open_kernel() as kernel:
        lines = "dict(l.split(':\\t') for l in open('/proc/self/status').read().splitlines() "
        status = ask(kernel, lines + "if l.startswith(('CapPrm', 'CapEff', 'CapAmb', 'NoNew')))")
        assert status == {"CapPrm": "0" * 16, "CapEff": "0" * 16, "CapAmb": "0" * 16} | {
            "NoNewPrivs": "1"
        }
        assert ask(kernel, "import os; os.getuid()") != 0
        assert error(kernel, "os.setuid(0)") == "PermissionError"
        assert error(kernel, "os.kill(1, 9); open('/proc/1/mem', 'rb')") == "PermissionError"


def test_a_fork_writes_to_its_own_folders_only(
    open_kernel: OpenKernel, fork_server: forked.ForkServer
) -> None:
    places = ("/oops", "/dev/oops", f"{fork_server.base}/oops", "/usr/oops", sys.prefix)
    with open_kernel() as kernel:
        for place in places:
            assert error(kernel, f"open({place!r} + 'x', 'w')") in ("OSError", "PermissionError")
        assert ask(kernel, "open('mine', 'w').write('abc')") == 3
        assert (kernel.config.scratch / "work" / "mine").read_text() == "abc"


def test_a_fork_sees_neither_other_kernels_nor_the_course(
    open_kernel: OpenKernel, fork_server: forked.ForkServer
) -> None:
    with open_kernel("a") as first, open_kernel("b") as second:
        ask(first, "open('secret', 'w').write('abc')")
        listing = f"import os; sorted(os.path.join(a, f) for a, _, fs in os.walk({str(fork_server.base)!r})"
        seen = ask(second, listing + " for f in fs)")
        assert isinstance(seen, list)
        assert seen
        own = (f"{second.config.sockets}/", f"{second.config.home}/")
        assert all(path.startswith(own) for path in seen)
        root = str(course_root())
        hidden = (
            f"[d for d in ('solutions', 'grading', 'tests') if os.path.exists({root!r} + '/' + d)]"
        )
        assert ask(second, hidden) == []
