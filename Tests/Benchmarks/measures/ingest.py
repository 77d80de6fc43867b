"""Ingest: the daemon, which makes each reading durable, beside a subscriber that only counts."""

import statistics

from . import programs
from .programs import SCRATCH, Daemon, Program, wait_until

READINGS_A_MESSAGE = 3
BAGS = 5000
ORDERS = 500
RATE_TARGET = 0.9
CPU_TARGET = 2.0


class Run:
    """One run: seconds from the first message sent to the last one taken, and CPU seconds."""

    def __init__(self, messages, seconds, cpu):
        self.rate = messages / seconds
        self.cpu_us = cpu / messages * 1e6


def noop(messages, is_backlog):
    with programs.broker() as (port, _), Program(
            [SCRATCH / "noop_subscriber", port, messages]) as subscriber:
        subscriber.expect("ready")
        before = subscriber.cpu_seconds()
        begin = load(port, messages, subscriber, is_backlog)
        words = subscriber.expect("received")
        return Run(messages, float(words[3]) - begin, float(words[5]) - before)


def daemon(messages, is_backlog):
    with programs.broker() as (port, _), programs.directory() as path, Daemon(
            path, port) as freshwire:
        freshwire.make_orders(port, min(ORDERS, max(1, messages // 10)))
        before = freshwire.cpu_seconds()
        begin = load(port, messages, freshwire, is_backlog)
        wanted = messages * READINGS_A_MESSAGE
        end = wait_until(lambda: freshwire.committed_readings() >= wanted, "readings are missing")
        cpu = freshwire.cpu_seconds() - before
        if freshwire.committed_readings() != wanted:
            raise RuntimeError("more readings than were sent")
        return Run(messages, end - begin, cpu)


def load(port, messages, subscriber, is_backlog):
    """Publishes everything; when the subscriber could begin to take it.

    A backlog is what waits at the broker while the subscriber stands still.
    """
    if is_backlog:
        subscriber.stop()
    with Program([SCRATCH / "publisher", port, messages, min(BAGS, messages), 0]) as publisher:
        begin = float(publisher.expect("begin")[1])
        publisher.expect("end")
    if is_backlog:
        begin = programs.time.monotonic()
        subscriber.go_on()
    return begin


def measure(messages, pairs, say):
    rows = []
    for is_backlog in (False, True):
        runs = []
        for number in range(pairs):
            order = [noop, daemon] if number % 2 == 0 else [daemon, noop]
            pair = {kind: kind(messages, is_backlog) for kind in order}
            runs.append((pair[noop], pair[daemon]))
            say(f"ingest {'backlog' if is_backlog else 'live'} {number + 1}/{pairs}: no-op "
                f"{pair[noop].rate:,.0f}/s {pair[noop].cpu_us:.1f} µs, freshwire "
                f"{pair[daemon].rate:,.0f}/s {pair[daemon].cpu_us:.1f} µs")
        rows += table_rows(runs, "a backlog" if is_backlog else "live")
    return rows


def table_rows(runs, load_name):
    """Medians; the ratio is the median of the pairs' ratios."""
    def median(values):
        return statistics.median(values)

    rate = median([b.rate / a.rate for a, b in runs])
    cpu = median([b.cpu_us / a.cpu_us for a, b in runs])
    spread = sorted(b.rate / a.rate for a, b in runs)
    cpu_spread = sorted(b.cpu_us / a.cpu_us for a, b in runs)
    return [
        (f"Ingest, {load_name}: messages/s, committed",
         f"{median([a.rate for a, _ in runs]):,.0f}", f"{median([b.rate for _, b in runs]):,.0f}",
         f"{rate:.2f} ({spread[0]:.2f}–{spread[-1]:.2f})", f"≥ {RATE_TARGET}",
         rate >= RATE_TARGET),
        (f"Ingest, {load_name}: CPU a message, µs",
         f"{median([a.cpu_us for a, _ in runs]):.1f}", f"{median([b.cpu_us for _, b in runs]):.1f}",
         f"{cpu:.2f} ({cpu_spread[0]:.2f}–{cpu_spread[-1]:.2f})", f"≤ {CPU_TARGET}", cpu <= CPU_TARGET),
    ]
