"""What all checks cost a reading beside the range check alone, and what a late batch costs."""

import json
import subprocess

from . import programs

# CPU a reading, all checks against the range check alone.
CHECKS_TARGET = 1.5
# A batch twice as long may cost twice as much, and what is measured in noise more.
LINEAR_TARGET = 2.3
MANNERS = {
    "atOnce": "a shift in which no bag is offline",
    "happened": "a shift with offline uploads",
}


def measure(say, bags=100, hours=8, late=7_200):
    """The table's rows."""
    programs.build(["ShiftBench"], programs.configuration())
    spent = json.loads(subprocess.run(
        [str(word) for word in (programs.built("ShiftBench"), bags, hours, late)], check=True,
        stdout=subprocess.PIPE, text=True).stdout)
    rows = []
    for shift in spent["shifts"]:
        ratio = shift["allChecks"] / shift["grossRange"]
        say(f"shift {shift['manner']}: {shift['readings']:,} readings, range only "
            f"{shift['grossRange']:,} ns, all checks {shift['allChecks']:,} ns, ratio {ratio:.2f}")
        rows.append((
            f"All checks against gross range only, {MANNERS[shift['manner']]}: CPU ns a reading",
            f"{shift['grossRange']:,}", f"{shift['allChecks']:,}", f"{ratio:.2f}",
            f"≤ {CHECKS_TARGET}", ratio <= CHECKS_TARGET))
    half, whole = spent["lateBatches"]
    for batch in (half, whole):
        say(f"late batch of {batch['readings']:,}: {batch['nanoseconds'] / 1e6:.2f} ms")
    rows.append((
        f"A late batch of {half['readings']:,} readings re-judged, CPU ms", "–",
        f"{half['nanoseconds'] / 1e6:.1f}", "–", "none", None))
    ratio = whole["nanoseconds"] / half["nanoseconds"]
    rows.append((
        f"… of {whole['readings']:,} readings against that, CPU ms",
        f"{half['nanoseconds'] / 1e6:.1f}", f"{whole['nanoseconds'] / 1e6:.1f}", f"{ratio:.2f}",
        f"linear: ≤ {LINEAR_TARGET}", ratio <= LINEAR_TARGET))
    return rows
