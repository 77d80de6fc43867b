"""How long a reading takes from its publishing to a WebSocket, beside the no-op subscriber."""

from . import programs
from .ingest import BAGS
from .programs import SCRATCH, Daemon, Program

RATE = 10_000
# A fifth of the bags is carried for orders, each of which one client follows.
ORDERS = 1000


def measure(seconds, rounds, say):
    results = {noop: [], daemon: []}
    for number in range(rounds):
        for kind in ([noop, daemon] if number % 2 == 0 else [daemon, noop]):
            results[kind].append(kind(RATE * seconds))
        say("latency {}/{}: no-op p50 {:.2f} p99 {:.2f} ms, freshwire p50 {:.2f} p99 {:.2f} ms"
            .format(number + 1, rounds, *results[noop][-1], *results[daemon][-1]))
    rows = []
    for place, name in enumerate(("p50", "p99")):
        values = {kind: sorted(result[place] for result in results[kind])[rounds // 2]
                  for kind in results}
        rows.append((
            f"Latency at {RATE:,} messages/s, {name}, ms", f"{values[noop]:.2f}",
            f"{values[daemon]:.2f}", f"{values[daemon] / values[noop]:.1f}", "none", None))
    return rows


def noop(messages):
    with programs.broker() as (port, _), Program(
            [SCRATCH / "noop_subscriber", port, messages, "--latency"]) as subscriber:
        subscriber.expect("ready")
        publish(port, messages)
        subscriber.expect("received")
        return percentiles(subscriber)


def daemon(messages):
    with programs.broker() as (port, _), programs.directory() as path, Daemon(
            path, port) as freshwire:
        freshwire.make_orders(port, ORDERS)
        with Program([SCRATCH / "subscribers", freshwire.port, ORDERS, ORDERS,
                      freshwire.token_file()]) as clients:
            clients.expect("ready")
            publish(port, messages)
            programs.time.sleep(1)
            clients.end_input()
            clients.expect("frames")
            return percentiles(clients)


def publish(port, messages):
    with Program([SCRATCH / "publisher", port, messages, BAGS, RATE]) as publisher:
        publisher.expect("begin")
        publisher.expect("end")


def percentiles(program):
    words = program.expect("latency")
    if int(words[2]) == 0:
        raise RuntimeError("no message told when it was sent")
    return float(words[4]), float(words[6])
