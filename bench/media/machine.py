"""What a process costs, and whether its core was its own meanwhile."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
FOREIGN, STOLEN = 0.06, 0.02
"""Shares of a core: more used by others than the first (but where they have to wait for us), or taken by the hypervisor than the second, disturbs."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds so far: CPU of the process, the core's busy time, time the hypervisor gave to others."""

    process: float
    busy: float
    steal: float


def reading(pid: int, core: int) -> Reading:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    process = (int(fields[11]) + int(fields[12])) / TICKS
    line = next(line for line in Path("/proc/stat").read_text().splitlines() if line.startswith(f"cpu{core} "))
    user, nice, system, _, _, irq, softirq, steal = (int(value) / TICKS for value in line.split()[1:9])
    return Reading(process, user + nice + system + irq + softirq, steal)


def disturbed(pid: int, before: Reading, after: Reading, seconds: float) -> bool:
    """Whether what was measured between two readings ought to be measured again."""
    foreign = after.busy - before.busy - (after.process - before.process)
    waits = os.sched_getscheduler(pid) == os.SCHED_OTHER
    return (waits and foreign > FOREIGN * seconds) or after.steal - before.steal > STOLEN * seconds


def resident(pid: int) -> int:
    """Octets of memory in use."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def foremost() -> Iterator[None]:
    """While within, this process and those it starts go before others, where the system lets us (as root)."""
    group = Path("/proc/self/autogroup")
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)
        group.write_text("-15")
    try:
        yield
    finally:
        with suppress(OSError):
            group.write_text("0")
            os.setpriority(os.PRIO_PROCESS, 0, 0)
