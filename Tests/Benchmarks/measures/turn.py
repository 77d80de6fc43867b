"""What one message costs the engine in steady state: allocations, and instructions by valgrind.

Neither depends on what else the machine does, so they are compared with a committed budget.
"""

import json
import re
import subprocess

from . import programs
from .programs import BENCHMARKS, SCRATCH

BUDGET = BENCHMARKS / "budget.json"
# More would be another machine's libraries or a mistake; less is worth a new budget.
INSTRUCTIONS_TOLERANCE = 0.05
# So many messages the index by source takes from one sorted slice to the next.
PERIOD = 16_384
# The budget holds for these numbers of periods.
ALLOCATION_PERIODS = 2
INSTRUCTION_PERIODS = 1
# The turn's own function and all it calls; not the making of messages.
TURN = "*9TurnBench0A0C6settle*"


# CPU of all checks against the range check alone.
CHECKS_TARGET = 1.5
CHECKS_ROUNDS = 5


def spend(messages, *checks):
    """What a message costs before the commit and in it."""
    with programs.directory() as path:
        return json.loads(subprocess.run(
            [programs.built("TurnBench"), str(messages), path, *checks], check=True,
            stdout=subprocess.PIPE, text=True).stdout)


def compare_checks(say, messages=ALLOCATION_PERIODS * PERIOD, rounds=CHECKS_ROUNDS):
    """The table's row: readings that come in order, by turns with every check and with one."""
    least = {}
    for _ in range(rounds):
        for checks in ("gross_range", "all"):
            spent = spend(messages, *(["gross_range"] if checks == "gross_range" else []))
            cost = spent["beforeCommit"]["nanoseconds"] + spent["inCommit"]["nanoseconds"]
            least[checks] = min(least.get(checks, cost), cost)
    ratio = least["all"] / least["gross_range"]
    say(f"checks: range only {least['gross_range'] / 1e3:.2f} µs a message, all "
        f"{least['all'] / 1e3:.2f} µs, ratio {ratio:.2f}")
    return [(
        "All checks against gross range only, readings in order: CPU µs a message (three rows)",
        f"{least['gross_range'] / 1e3:.1f}", f"{least['all'] / 1e3:.1f}", f"{ratio:.2f}",
        f"≤ {CHECKS_TARGET}", ratio <= CHECKS_TARGET)]


def count_allocations(messages=ALLOCATION_PERIODS * PERIOD):
    """(before the commit, in the commit), a message."""
    spent = spend(messages)
    return spent["beforeCommit"]["allocations"], spent["inCommit"]["allocations"]


def count_delivery_allocations():
    """Allocations a delivery of the fabric, in steady state, the worse of both classes."""
    counted = json.loads(subprocess.run(
        [programs.built("FabricBench"), "--allocations"], check=True, stdout=subprocess.PIPE,
        text=True).stdout)
    return max(counted.values())


def count_instructions():
    """Instructions a message, from the difference of two runs: start and warm-up fall out."""
    program = SCRATCH / "turn-bench"
    # valgrind cannot read the debugging information of this compiler.
    subprocess.run(["strip", "-g", "-o", program, programs.built("TurnBench")], check=True)
    messages = INSTRUCTION_PERIODS * PERIOD
    return (run_counted(program, messages + 1) - run_counted(program, 1)) / messages


def run_counted(program, messages):
    with programs.directory() as path:
        errors = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--toggle-collect={TURN}",
             f"--callgrind-out-file={path}/callgrind", program, str(messages), path],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"Collected : (\d+)", errors).group(1))


def measure(say):
    """The table's rows, and what exceeds the budget."""
    budget = json.loads(BUDGET.read_text())
    decided, committed = count_allocations()
    instructions = count_instructions()
    delivered = count_delivery_allocations()
    say(f"fabric: {delivered} allocations a delivery")
    say(f"turn: {decided} allocations a message before the commit, {committed} in it; "
        f"{instructions:,.0f} instructions")
    limits = {
        "allocations before the commit": (decided, budget["allocations_before_commit"]),
        "allocations in the commit": (committed, budget["allocations_in_commit"]),
        "instructions": (instructions, budget["instructions"] * (1 + INSTRUCTIONS_TOLERANCE)),
    }
    rows = [
        allocations("Allocations a message before the commit", decided,
                    budget["allocations_before_commit"]),
        allocations("Allocations a message in the commit (SQLite)", committed,
                    budget["allocations_in_commit"]),
        ("Allocations a delivery to one of 1,000 subscribers", "–", f"{delivered:.3f}", "–", "0",
         round(delivered, 2) == 0),
        ("Instructions a message (three rows), decoded to committed",
         f"{budget['instructions']:,}", f"{instructions:,.0f}",
         f"{instructions / budget['instructions']:.2f}", "the budget + 5 %",
         instructions <= limits["instructions"][1]),
    ]
    return rows, [name for name, (value, limit) in limits.items() if value > limit]


def allocations(name, value, budget):
    return name, f"{budget:g}", f"{value:g}", "–", "0", value == 0
