"""Scale: many bags live at once, the start from their log, and the proof of a log of their readings."""

import json
import resource
import statistics
import subprocess
import time

from . import programs
from .programs import Daemon

START_TARGET_S = 5
PROOF_TARGET = 300_000
# How long a start may take before the measurement gives up.
START_PATIENCE_S = 600


def measure(say, bags=100_000, minutes=10, starts=3, proofs=3):
    """The table's rows."""
    programs.build(["FleetBench"], programs.configuration())
    with programs.broker() as (port, _), programs.directory() as path:
        (path / "empty").mkdir()
        with Daemon(path / "empty", port) as daemon:
            empty = daemon.resident_bytes()
        (path / "store").mkdir()
        fleet = json.loads(subprocess.run(
            [programs.built("FleetBench"), str(bags), str(minutes), path / "store"], check=True,
            stdout=subprocess.PIPE, text=True).stdout)
        say(f"scale: {bags:,} bags, {fleet['readings']:,} readings, {fleet['openExcursions']:,} "
            f"open excursions, {fleet['residentBytes'] / bags:,.0f} bytes a bag, "
            f"{fleet['nanosecondsAMessage'] / 1e3:.1f} µs CPU a message")
        # Before the daemon: it goes on to add to the log.
        rates = [prove(path / "store" / "freshwire.sqlite") for _ in range(proofs)]
        began = [start(path, port, bags, empty, say) for _ in range(starts)]
    return rows(bags, minutes, fleet, began) + [proof_row(rates, say)]


def start(path, port, bags, empty, say):
    """Seconds of wall clock and of CPU until the daemon is ready, and its memory a bag then."""
    before = time.monotonic()
    with Daemon(path, port, patience=START_PATIENCE_S) as daemon:
        seconds = time.monotonic() - before
        cpu = daemon.cpu_seconds()
        resident = (daemon.resident_bytes() - empty) / bags
        orders = daemon.log.execute("SELECT count(*) FROM custody").fetchone()[0]
        if orders != bags:
            raise RuntimeError(f"{orders} orders in the log of {bags} bags")
    say(f"scale: ready after {seconds:.2f} s, {cpu:.2f} s of CPU, {resident:,.0f} bytes a bag")
    return seconds, cpu, resident


def prove(store):
    """(records, seconds, CPU seconds) of `freshwire verify`, from its start to its end."""
    before, used = time.monotonic(), children_cpu_seconds()
    report = json.loads(subprocess.run(
        [programs.built("freshwire"), "verify", "--json", store], check=True,
        stdout=subprocess.PIPE, text=True).stdout)
    return report["rows"]["ok"], time.monotonic() - before, children_cpu_seconds() - used


def children_cpu_seconds():
    """Of the children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def rows(bags, minutes, fleet, began):
    seconds = statistics.median(wall for wall, _, _ in began)
    cpu = statistics.median(cpu for _, cpu, _ in began)
    resident = statistics.median(resident for _, _, resident in began)
    return [
        (f"{bags:,} bags live, each with an order and {minutes} minutes of readings: bytes resident "
         "a bag, engine", "–", f"{fleet['residentBytes'] / bags:,.0f}", "–", "none", None),
        ("… CPU µs a message (three rows), decoded to committed", "–",
         f"{fleet['nanosecondsAMessage'] / 1e3:.1f}", "–", "none", None),
        ("… the daemon, from its start until it is ready, s", "–", f"{seconds:.2f}", "–",
         f"≤ {START_TARGET_S} s", seconds <= START_TARGET_S),
        ("… of that CPU, s", "–", f"{cpu:.2f}", "–", "none", None),
        ("… the daemon's bytes resident a bag, once it is ready", "–", f"{resident:,.0f}", "–",
         "none", None),
    ]


def proof_row(rates, say):
    records = rates[0][0]
    rate = statistics.median(records / wall for records, wall, _ in rates)
    cpu = statistics.median(records / cpu for records, _, cpu in rates)
    say(f"scale: {records:,} records proven at {rate:,.0f}/s, {cpu:,.0f} a CPU second")
    return (f"`freshwire verify`, {records:,} records: records/s", "–", f"{rate:,.0f}", "–",
            f"≥ {PROOF_TARGET:,}", rate >= PROOF_TARGET)
