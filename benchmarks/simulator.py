"""How fast the simulator makes customers: ``python benchmarks/simulator.py [ROWS ...]``.

Prints the time for tables of several sizes (best of three) and the time per row relative to the
first size; nothing is asserted.
"""

from __future__ import annotations

import sys
import time

from churn.simulator.customers import simulate_customers

SIZES = (7_043, 100_000, 1_000_000)


def seconds(rows: int, repeats: int = 3) -> float:
    """Best wall-clock time to simulate ``rows`` customers, DataFrame included."""
    times = []
    for seed in range(repeats):
        start = time.perf_counter()
        simulate_customers(rows, seed)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    simulate_customers(1)  # reads the calibration, once per process
    print(f"{'rows':>10} {'seconds':>9} {'rows/s':>12} {'per row':>8}")
    first = None
    for rows in sizes:
        taken = seconds(rows)
        first = first or taken / rows
        print(f"{rows:>10,} {taken:>9.3f} {rows / taken:>12,.0f} {taken / rows / first:>7.2f}x")


if __name__ == "__main__":
    main()
