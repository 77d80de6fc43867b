"""The fan-out race: deliveries a CPU second of the server, beside nginx with Nchan and node-ws.

One run, one machine, the same clients (Race/race_clients.c), and events of the same length. Each client
checks that every event comes once and in its order. The rivals are given them as they take them, by
HTTP on one connection; Freshwire is as the platform tells it of its orders, over MQTT at QoS 1, and
again by HTTP. It is the whole daemon whose CPU counts: an event is a change of an order, and durable
before anybody is told of it.
"""

import contextlib
import os
import statistics

from . import programs, rivals
from .programs import SCRATCH, Daemon, Program

BURST = 300
RATE = 20
CONNECTIONS = (1000, 10_000)
BURST_TARGET = 5
PACED_TARGET = 1.2


def measure(say, connections=CONNECTIONS, rounds=3, bursts=2, seconds=10):
    """The table's rows."""
    rows = []
    for count in connections:
        # With many a round takes minutes.
        rows += race(say, count, rounds if count <= 1000 else min(rounds, 2), bursts, seconds)
    return rows


def race(say, connections, rounds, bursts, seconds):
    found = {}
    with contextlib.ExitStack() as stack:
        runners = start(stack, connections)
        for name, runner in runners.items():
            runner.run(f"burst {BURST // 10}")
        for number in range(rounds):
            for kind, words, times in (("burst", f"{BURST}", bursts),
                                       ("paced", f"{RATE * seconds} {RATE}", 1)):
                for name, runner in in_turn(runners, number):
                    for prefix in ["", "mqtt-"] if runner.has_mqtt else [""]:
                        note(found, name, prefix + kind, [
                            runner.run(f"{prefix}{kind} {words}") for _ in range(times)])
            say(f"race, {connections} connections, round {number + 1}/{rounds}: " + "; ".join(
                f"{name} {kind} {results[-1]['rate']:,.0f}/CPU s p99 {results[-1]['p99']:.1f} ms"
                for (name, kind), results in found.items()))
    return rows(connections, found)


def in_turn(runners, number):
    """Whoever is first is another one each time."""
    names = list(runners)
    first = number % len(names)
    return [(name, runners[name]) for name in names[first:] + names[:first]]


def note(found, name, kind, runs):
    deliveries = sum(run["deliveries"] for run in runs)
    found.setdefault((name, kind), []).append({
        "rate": deliveries / max(sum(run["cpu"] for run in runs), 0.01),
        **{part: max(run[part] for run in runs) for part in ("p50", "p99", "bytes")},
    })


def start(stack, connections):
    """Every server with its clients; the servers on one CPU, the clients on another."""
    path = stack.enter_context(programs.directory())
    (path / "nchan").mkdir()
    broker, _ = stack.enter_context(programs.broker())
    daemon = stack.enter_context(Daemon(path, broker, pinned=pinned(0)))
    make_order(daemon, broker)
    freshwire = Runner(
        stack, daemon, "freshwire", connections, 0, daemon.token_file(), broker)
    # What the rivals send is as long as what Freshwire sends.
    length = freshwire.run("burst 6")["bytes"]
    return {
        "freshwire": freshwire,
        "nchan": Runner(
            stack, stack.enter_context(rivals.nchan(path / "nchan", pinned(0))), "nchan",
            connections, length),
        "node-ws": Runner(
            stack, stack.enter_context(rivals.node_ws(path, pinned(0))), "node", connections,
            length),
    }


def make_order(daemon, broker):
    """The order that race_clients follow."""
    programs.publish(broker, [
        ("orders/ORD-2026-11-000042/events", '{"event":"order.created","data":{"foodClass":"ambient"}}')])
    programs.wait_until(
        lambda: daemon.log.execute("SELECT count(*) FROM orders").fetchone()[0] > 0, "no order")


def pinned(cpu):
    cpus = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", cpus[cpu]] if len(cpus) > 1 else []


class Runner:
    """A server and the clients that follow it."""

    def __init__(self, stack, server, kind, connections, length, token=None, broker=None):
        self.server = server
        self.connections = connections
        self.has_mqtt = broker is not None
        further = [token, broker] if token else []
        self.clients = stack.enter_context(Program(
            [*pinned(1), SCRATCH / "race_clients", kind, server.port, connections, length,
             *further]))
        self.clients.expect("ready")

    def run(self, command):
        before = self.server.cpu_seconds()
        self.clients.process.stdin.write(command + "\n")
        self.clients.process.stdin.flush()
        words = self.clients.expect("done")
        cpu = self.server.cpu_seconds() - before
        return {
            "deliveries": int(words[1]) * self.connections, "cpu": cpu, "p50": float(words[5]),
            "p99": float(words[9]), "bytes": int(words[11])}


def rows(connections, found):
    def middle(name, kind, what="rate"):
        return statistics.median(result[what] for result in found[name, kind])

    def better(kind):
        return max(("nchan", "node-ws"), key=lambda name: middle(name, kind))

    where = f"{connections:,} connections"
    made = []
    for kind, what, target in (("burst", f"bursts of {BURST}", BURST_TARGET),
                               ("paced", f"{RATE} events/s", PACED_TARGET)):
        rival = better(kind)
        theirs = middle(rival, kind)
        for prefix, name in (("mqtt-", f"Race, {where}, {what}: deliveries a CPU second of the "
                              f"server, against {rival}"),
                             ("", "… with Freshwire's events by HTTP, too")):
            ours = middle("freshwire", prefix + kind)
            made.append((name, f"{theirs:,.0f}", f"{ours:,.0f}", f"{ours / theirs:.2f}",
                         f"≥ {target}", ours / theirs >= target))
    rival = min(("nchan", "node-ws"), key=lambda name: middle(name, "paced", "p99"))
    theirs = middle(rival, "paced", "p99")
    for prefix, name in (("mqtt-", f"Race, {where}, {RATE} events/s: latency p99, ms, against "
                          f"{rival}"), ("", "… with Freshwire's events by HTTP, too")):
        ours = middle("freshwire", prefix + "paced", "p99")
        made.append((name, f"{theirs:.1f}", f"{ours:.1f}", f"{ours / theirs:.2f}", "≤ 1",
                     ours <= theirs))
    return made
