"""Answers about an order: what `GET /v1/orders/{id}/temperature` takes in small and large logs.

Each log has the same orders, with the same hour of readings each; the larger one reaches further
back. Its rows are written by plain SQL, as the daemon would have written them but without the chain.
"""

import contextlib
import http.client
import sqlite3
import statistics
import time

from . import programs
from .programs import Daemon

SIZES = [1_000_000, 10_000_000]
LONG_SIZES = SIZES + [100_000_000]
BAGS = 5_000
ORDERS = 500
MINUTE_MS = 60_000
HOUR = 60
# Rows a transaction of the filling.
CHUNK = 1_000_000
# By the daemons in turn, so that what else the machine does falls on all alike.
ROUNDS = 7
REQUESTS = 1_000
RATIO_TARGET = 1.5


def fill(store, rows, bags):
    """A reading of each bag every minute, the newest an hour after the orders' custody began."""
    log = sqlite3.connect(f"{store}/freshwire.sqlite", isolation_level=None)
    for pragma in ("journal_mode=DELETE", "synchronous=OFF", "cache_size=-400000"):
        log.execute(f"PRAGMA {pragma}")
    since = log.execute("SELECT min(started_at) FROM custody").fetchone()[0]
    minutes = max(HOUR, rows // bags)
    begin = since - (minutes - HOUR) * MINUTE_MS
    log.execute("CREATE TEMP TABLE minute(n INTEGER PRIMARY KEY)")
    log.execute("CREATE TEMP TABLE bag(n INTEGER PRIMARY KEY)")
    log.executemany("INSERT INTO minute VALUES (?)", ((n,) for n in range(minutes)))
    log.executemany("INSERT INTO bag VALUES (?)", ((n,) for n in range(bags)))
    log.execute(
        "INSERT INTO sources SELECT n + 1, printf('bag-%06d', n), 1, printf('bag-%06d', n), "
        "'generic/bag@1' FROM bag")
    step = max(1, CHUNK // bags)
    for first in range(0, minutes, step):
        log.execute(
            f"""
            INSERT INTO readings(id, measured_at, source, quantity, probe, value, quality,
                test_flags, time_source, received_at, notes)
            SELECT m.n * {bags} + b.n + 1, {begin} + m.n * {MINUTE_MS} + b.n, b.n + 1, 1, 0,
                3 + (m.n * 7 + b.n) % 10 / 10.0, 1, 17, 1, {begin} + m.n * {MINUTE_MS} + b.n, 0
            FROM minute AS m CROSS JOIN bag AS b WHERE m.n >= {first} AND m.n < {first + step}
            """)
    log.execute(
        f"INSERT INTO reading_by_source SELECT b.n + 1, {begin} + m.n * {MINUTE_MS} + b.n "
        "FROM bag AS b CROSS JOIN minute AS m")
    log.execute(
        "INSERT INTO log_state(name, value) VALUES ('readings_indexed_through', ?) "
        "ON CONFLICT(name) DO UPDATE SET value = excluded.value", (minutes * bags,))
    log.close()


class Log:
    """A daemon on a log of so many rows, and what its answers took."""

    def __init__(self, rows, bags, orders, stack, say):
        self.rows = rows
        self.orders = orders
        self.times = []
        port, _ = stack.enter_context(programs.broker())
        path = stack.enter_context(programs.directory())
        with Daemon(path, port) as daemon:
            daemon.make_orders(port, orders)
        begin = time.monotonic()
        fill(daemon.store, rows, bags)
        say(f"answers: {rows:,} rows written in {time.monotonic() - begin:.0f} s")
        daemon = stack.enter_context(Daemon(path, port))
        self.token = daemon.token_file().read_text().strip()
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)

    def ask(self, order):
        begin = time.perf_counter()
        self.connection.request(
            "GET", f"/v1/orders/ORD-{order}/temperature",
            headers={"Authorization": f"Bearer {self.token}"})
        answer = self.connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - begin
        if answer.status != 200 or body.count(b'"measuredAt"') < HOUR:
            raise RuntimeError(f"order {order}: {answer.status} {body[:300]}")
        return seconds * 1e3

    def round(self, requests):
        # The daemon ends what was idle while the others had their turn.
        self.connection.close()
        times = sorted(self.ask(number % self.orders) for number in range(requests))
        self.times.append((times[len(times) // 2], times[max(0, len(times) * 99 // 100 - 1)]))

    @property
    def median(self):
        return statistics.median(middle for middle, _ in self.times)

    @property
    def p99(self):
        return statistics.median(late for _, late in self.times)


def measure(say, sizes=None, bags=BAGS, orders=ORDERS, rounds=ROUNDS, requests=REQUESTS):
    with contextlib.ExitStack() as stack:
        logs = [Log(rows, bags, orders, stack, say) for rows in sizes or SIZES]
        for log in logs:
            log.round(requests)
            log.times.clear()
        for number in range(rounds):
            for log in logs if number % 2 == 0 else reversed(logs):
                log.round(requests)
        for log in logs:
            say(f"answers: {log.rows:,} rows: median {log.median:.2f} ms, p99 {log.p99:.2f} ms")
        return [row(smaller, larger) for smaller, larger in zip(logs, logs[1:])]


def row(smaller, larger):
    ratio = larger.p99 / smaller.p99
    return (
        f"An order's temperature over REST, p99, {larger.rows:,} rows against {smaller.rows:,}, ms",
        f"{smaller.p99:.2f}", f"{larger.p99:.2f}", f"{ratio:.2f}", f"< {RATIO_TARGET}",
        ratio < RATIO_TARGET)
