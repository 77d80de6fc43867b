#!/usr/bin/env python3
"""Readers of every dialect that lose their line, read slowly and see the daemon restarted.

    soak.py --program .build/release/freshwire --minutes 30 [--seed 7]

A real broker and a real daemon. Orders change all the time, by REST and by MQTT, and bags become warm
and cold; what is acknowledged is noted. Readers are cut off and held up at random, and the daemon is
ended, by SIGTERM and by SIGKILL. At the end the journal must have every acknowledged change once and in
order, and every reader must have been given every record since it first followed an order, once and in
order, or have been told that it cannot be. Ends with 1 and the first difference where that is not so.
"""

import argparse
import asyncio
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

import readers
import verdict
from daemon import Broker, Daemon
from platform_events import LAST, Platform

ORDERS = {f"ORD-{number}": f"CUS-{number // 2}" for number in range(6)}
# From one change of an order to the next, from one reading of a bag to the next, in seconds.
CHANGE_PAUSE = 0.3
READING_PAUSE = 1.0
# How long a line lasts, and how long a reader reads nothing, in seconds.
LINE_LIFE = 6.0
HOLD_UP = 3.0
# How long the daemon runs, in seconds.
DAEMON_LIFE = 20.0
# How long the last records may take to reach everybody.
END_PATIENCE_S = 180


def everybody(daemon):
    """The readers."""
    def person(kind, name, role, subject, orders, **more):
        reader = kind(name, daemon.port, daemon.token(role, subject), orders, **more)
        reader.customer = subject
        return reader

    everything = list(ORDERS)
    own = {customer: [order for order, owner in ORDERS.items() if owner == customer]
           for customer in ORDERS.values()}
    return [
        person(readers.WIAReader, "wia staff", "staff", "sam", everything,
               further=["users.CUS-0", "bags.BAG-1"]),
        person(readers.WIAReader, "wia customer", "customer", "CUS-1", own["CUS-1"]),
        person(readers.TrackingReader, "tracking customer", "customer", "CUS-0", ["ORD-0"]),
        person(readers.TrackingReader, "tracking staff", "staff", "tom", ["ORD-3"]),
        person(readers.BookingReader, "booking 0", "customer", "CUS-0", own["CUS-0"]),
        person(readers.BookingReader, "booking 2", "customer", "CUS-2", own["CUS-2"]),
        person(readers.TableTapReader, "tabletap 1", "customer", "CUS-1", own["CUS-1"]),
        person(readers.TableTapReader, "tabletap 2", "customer", "CUS-2", own["CUS-2"]),
        person(readers.HTTPXReader, "sse httpx-sse", "customer", "CUS-0", own["CUS-0"]),
        person(readers.AIOReader, "sse aiosseclient", "staff", "sue", everything),
        person(readers.SocketIOReader, "socket.io websocket", "customer", "CUS-2", own["CUS-2"]),
        person(readers.SocketIOReader, "socket.io staff", "admin", "ada", everything),
        person(readers.PollingReader, "socket.io polling", "customer", "CUS-1", own["CUS-1"]),
    ]


class Soak:
    def __init__(self, options, folder):
        self.random = random.Random(options.seed)
        self.seconds = options.minutes * 60
        self.broker = Broker(folder)
        self.daemon = Daemon(options.program, folder, self.broker.port)
        self.ends = {signal.SIGTERM: 0, signal.SIGKILL: 0}
        self.cuts = 0

    async def run(self, seed):
        await self.daemon.start()
        platform = Platform(self.daemon, self.broker, self.daemon.token("admin", "platform"), seed)
        self.platform = platform
        for number, (order, customer) in enumerate(ORDERS.items()):
            await platform.create(order, customer, f"BAG-{number}")
        self.readers = everybody(self.daemon)
        reading = [asyncio.create_task(reader.run()) for reader in self.readers]
        tasks = [self.trouble(reader) for reader in self.readers]
        for number, order in enumerate(ORDERS):
            change = platform.change_by_message if number % 2 else platform.change_by_request
            tasks.append(change(order, CHANGE_PAUSE))
        tasks += [platform.measure(["BAG-0", "BAG-1", "BAG-3"], READING_PAUSE), self.restart()]
        running = [asyncio.create_task(task) for task in tasks]
        fault = await self.watch(reading, running)
        if not fault:
            fault = await self.settle(running, reading)
        for reader in self.readers:
            reader.is_over = True
            reader.line.cut()
        await asyncio.wait(reading, timeout=5)
        for task in reading + running:
            task.cancel()
        await asyncio.gather(*reading, *running, return_exceptions=True)
        platform.end()
        return fault

    async def watch(self, reading, running):
        """Waits until the time is over; a task that ends before has failed."""
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            await asyncio.sleep(min(10, max(end - time.monotonic(), 0)))
            for task in reading + running:
                if task.done():
                    return f"{task.exception()!r}"
            counts = [sum(map(len, reader.records.values())) for reader in self.readers]
            print(f"{max(end - time.monotonic(), 0):.0f} s to go: "
                  f"{sum(map(len, self.platform.ledger.values()))} changes, {sum(counts)} records "
                  f"read, {self.cuts} cuts, {self.daemon.starts} starts, daemon "
                  f"{self.daemon.resident_kibibytes() >> 10} MiB", flush=True)
        return None

    async def settle(self, running, reading):
        """Ends the trouble, tells every order's last status, and waits until everybody has it."""
        self.platform.is_over = True
        self.is_over = True
        done, late = await asyncio.wait(running, timeout=END_PATIENCE_S)
        if late:
            return "the platform's last changes were not acknowledged"
        for task in done:
            if task.exception():
                return f"{task.exception()!r}"
        for order in ORDERS:
            # Behind what the broker still holds for the daemon.
            await self.all_logged(order)
            await self.platform.set_status(order, LAST)
        end = time.monotonic() + END_PATIENCE_S
        while time.monotonic() < end:
            if all(newest(reader, order) == LAST for reader in self.readers
                   for order in reader.orders):
                break
            for task in reading:
                if task.done():
                    return f"{task.exception()!r}"
            await asyncio.sleep(0.1)
        return self.judge()

    async def all_logged(self, order):
        end = time.monotonic() + END_PATIENCE_S
        while time.monotonic() < end:
            logged = [record.status for record in verdict.history(self.daemon.store).get(order, [])
                      if record.kind == "order_update"]
            if len(logged) >= len(self.platform.ledger[order]):
                return
            await asyncio.sleep(0.2)

    def judge(self):
        told = verdict.history(self.daemon.store)
        fault = verdict.ledger_fault(self.platform.ledger, told)
        identifiers = {}
        for reader in self.readers:
            fault = fault or verdict.reader_fault(reader, told, identifiers)
        return fault or self.judge_the_judgement(told, identifiers)

    def judge_the_judgement(self, told, identifiers):
        """One record less, or one twice, and it must find that."""
        for reader in self.readers:
            order = max(reader.orders, key=lambda order: len(reader.records[order]))
            records = reader.records[order]
            place = len(records) // 2
            for damaged in (records[:place] + records[place + 1:],
                            records[:place] + records[place - 1:]):
                reader.records[order] = damaged
                found = verdict.reader_fault(reader, told, identifiers)
                reader.records[order] = records
                if not found:
                    return f"{reader.name}, {order}: a fault made on purpose is not found"
        return None

    is_over = False

    async def trouble(self, reader):
        """Cuts a reader's line off, or holds it up, again and again."""
        while not self.is_over:
            await self.nap(self.random.expovariate(1 / LINE_LIFE))
            if self.random.random() < 0.3:
                await reader.line.hold_up(self.random.uniform(0.2, HOLD_UP))
            else:
                reader.line.cut()
                self.cuts += 1

    async def restart(self):
        while not self.is_over:
            await self.nap(self.random.uniform(0.5, 1.5) * DAEMON_LIFE)
            if self.is_over:
                return
            by = self.random.choice(list(self.ends))
            await self.daemon.end(by)
            self.ends[by] += 1
            await asyncio.sleep(self.random.uniform(0, 1))
            await self.daemon.start()

    async def nap(self, seconds):
        end = time.monotonic() + seconds
        while not self.is_over and time.monotonic() < end:
            await asyncio.sleep(min(0.2, max(end - time.monotonic(), 0)))

    def report(self):
        for reader in self.readers:
            print(f"{reader.name}: {sum(map(len, reader.records.values()))} records in "
                  f"{reader.connections} connections, told {reader.holes} times that something "
                  "cannot be told")
        print(f"{sum(map(len, self.platform.ledger.values()))} changes acknowledged, "
              f"{self.platform.readings} readings, {self.cuts} cuts, "
              + ", ".join(f"{count} × {by.name}" for by, count in self.ends.items()))

    def close(self):
        if self.daemon.process and self.daemon.process.poll() is None:
            self.daemon.process.terminate()
            self.daemon.process.wait(20)
        self.broker.end()


def newest(reader, order):
    record = reader.newest(order)
    return record.status if record else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="the daemon")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="freshwire-soak-"))
    soak = Soak(options, folder)
    try:
        fault = asyncio.run(soak.run(options.seed))
        soak.report()
    finally:
        soak.close()
    if fault:
        sys.exit(f"FAULT {fault}\nthe store and the daemon's log are in {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    print("no record is missing, none was repeated")


if __name__ == "__main__":
    main()
