"""Ten thousand connections: 10,000 messages/s for minutes, all coming back at once, and idle."""

import contextlib
import socket
import ssl
import subprocess

from . import programs, race, rivals
from .programs import SCRATCH, Daemon, Program

CONNECTIONS = 10_000
# T-12: messages a second, and how long local delivery may take, in milliseconds.
RATE = 10_000
LATENCY_TARGET_MS = 50
# How much of the daemon's memory may come while the rate is held: what a burst needed is kept.
GROWTH_TARGET = 0.05
IDLE_BYTES_TARGET = 8 << 10
# The figure for TLS needs fewer: it does not depend on their number.
TLS_CONNECTIONS = 500
# Events, and how many of them a second, while everybody comes back.
STORM = (100, 10)


def measure(say, seconds=300, connections=CONNECTIONS, tls_connections=TLS_CONNECTIONS):
    """The table's rows."""
    return (steady(say, seconds, connections) + storm(say, connections)
            + idle(say, connections) + idle_with_tls(say, tls_connections))


def steady(say, seconds, connections=CONNECTIONS, rate=RATE):
    """Every connection follows an order of its own, whose bag measures `rate / connections` times a
    second; then a bag alone. An open order keeps its readings, to judge late ones beside them: what
    grows by nothing but the telling is seen without orders."""
    rate = min(rate, connections)
    ordered = held(say, seconds, connections, rate, has_orders=True)
    alone = held(say, seconds, connections, rate, has_orders=False)
    lost = ordered["lost"] + alone["lost"]
    name = f"{connections:,} connections, {rate:,} messages/s for {seconds} s"
    rows = [
        (f"{name}: messages lost", "–", f"{lost:,}", "–", "0", lost == 0),
        ("… replaced by a newer one of the same bag before they left", "–",
         f"{ordered['replaced'] + alone['replaced']:,}", "–", "none", None),
        ("… latency p50 / p95 / p99, ms", "–", "{p50:.1f} / {p95:.1f} / {p99:.1f}".format(**ordered),
         "–", f"p99 < {LATENCY_TARGET_MS}", ordered["p99"] < LATENCY_TARGET_MS),
    ]
    for run, what, target in ((alone, "bags without orders", 1 + GROWTH_TARGET),
                              (ordered, "open orders, which keep their readings", None)):
        growth = run["after"] / run["before"]
        rows.append((
            f"… the daemon's memory, MiB, at the end against the beginning, {what}",
            f"{run['before'] >> 20}", f"{run['after'] >> 20}", f"{growth:.2f}",
            f"≤ {target}" if target else "none", growth <= target if target else None))
    return rows + [("… of that CPUs", "–", f"{ordered['cpu']:.2f}", "–", "none", None)]


def held(say, seconds, connections, rate, has_orders):
    """The rate, held for so long. Five seconds of it go before the memory is first looked at."""
    with programs.broker() as (port, _), programs.directory() as path, Daemon(
            path, port) as freshwire:
        if has_orders:
            freshwire.make_orders(port, connections)
        with Program([SCRATCH / "subscribers", freshwire.port, connections,
                      connections if has_orders else 0, freshwire.token_file()]) as clients:
            clients.expect("ready")
            publish(port, rate * 5, connections, rate)
            before = freshwire.proportional_bytes()
            cpu = freshwire.cpu_seconds()
            publish(port, rate * seconds, connections, rate)
            programs.time.sleep(2)
            cpu = (freshwire.cpu_seconds() - cpu) / seconds
            after = freshwire.proportional_bytes()
            replaced = int(freshwire.metric("freshwire_states_conflated_total"))
            clients.end_input()
            frames = int(clients.expect("frames")[1])
            words = clients.expect("latency")
    # A newer temperature takes the place of one that has not left yet: that one is not lost.
    run = {
        "lost": rate * (seconds + 5) - frames - replaced, "replaced": replaced, "cpu": cpu,
        "before": before, "after": after, "p50": float(words[4]), "p99": float(words[6]),
        "p95": float(words[8])}
    say(f"{'orders' if has_orders else 'bags'} {seconds} s: {frames:,} came, {replaced} replaced by "
        f"newer ones, {run['lost']} lost; p50 {run['p50']:.1f} p95 {run['p95']:.1f} p99 "
        f"{run['p99']:.1f} ms; {before >> 20} → {after >> 20} MiB; {cpu:.2f} CPUs")
    return run


def publish(port, messages, bags, rate):
    with Program([SCRATCH / "publisher", port, messages, bags, rate]) as publisher:
        publisher.expect("begin")
        publisher.expect("end")


@contextlib.contextmanager
def followed():
    """A daemon with the order that race_clients follow, and what they need to follow it."""
    with programs.broker() as (port, _), programs.directory() as path, Daemon(
            path, port) as freshwire:
        race.make_order(freshwire, port)
        yield freshwire, freshwire.token_file(), port


def storm(say, connections=CONNECTIONS):
    events, rate = STORM
    with followed() as (freshwire, token, port), Program(
            [SCRATCH / "race_clients", "freshwire", freshwire.port, connections, 0, token,
             port]) as clients:
        clients.expect("ready")
        cpu = freshwire.cpu_seconds()
        clients.process.stdin.write(f"storm {events} {rate}\n")
        clients.process.stdin.flush()
        words = clients.expect("done")
        cpu = freshwire.cpu_seconds() - cpu
    recovered = float(words[13])
    say(f"storm: {connections:,} back after {recovered:.2f} s, {cpu:.2f} s of CPU in all")
    return [(
        f"{connections:,} connections cut at once and resumed, {rate} events/s meanwhile: seconds "
        "until everybody has everything, once and in order", "–", f"{recovered:.2f}", "–", "none",
        None)]


def idle(say, connections=CONNECTIONS):
    rows = []
    for kind, name in (("freshwire", "WebSocket"), ("freshwire-stream", "server-sent events")):
        with followed() as (freshwire, token, _):
            held = held_by_idle(freshwire, [kind, freshwire.port, connections, 0, token])
        held /= connections
        has_rival = kind == "freshwire" and rivals.are_installed()
        theirs = rival_idle(connections) / connections if has_rival else None
        say(f"idle {name}: {held:,.0f} bytes a connection; nchan {theirs or 0:,.0f}")
        rows.append((
            f"Idle connection, {connections:,}, each following an order, {name}: bytes, nginx with "
            "Nchan beside it" if theirs else f"… {name}: bytes",
            f"{theirs:,.0f}" if theirs else "–", f"{held:,.0f}",
            f"{held / theirs:.2f}" if theirs else "–", f"≤ {IDLE_BYTES_TARGET:,}",
            held <= IDLE_BYTES_TARGET))
    return rows


def held_by_idle(server, arguments):
    """How much the server grows by connections that have been quiet for a while."""
    before = server.proportional_bytes()
    with Program([SCRATCH / "race_clients", *arguments]) as clients:
        clients.expect("ready")
        programs.time.sleep(3)
        return server.proportional_bytes() - before


def rival_idle(connections):
    with programs.directory() as path, rivals.nchan(path, []) as nginx:
        return held_by_idle(nginx, ["nchan", nginx.port, connections, 200])


def idle_with_tls(say, connections=TLS_CONNECTIONS):
    with programs.directory() as keys:
        certificate, key = keys / "certificate.pem", keys / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost", "-out", certificate, "-keyout", key],
            check=True, stderr=subprocess.DEVNULL)
        with programs.broker() as (port, _), programs.directory() as path, TLSDaemon(
                path, port, certificate, key) as freshwire:
            token = freshwire.token_file().read_text().strip()
            # The first ones have the library prepare what all share.
            first = [secure_websocket(freshwire.port, token) for _ in range(20)]
            before = freshwire.proportional_bytes()
            opened = [secure_websocket(freshwire.port, token) for _ in range(connections)]
            programs.time.sleep(3)
            held = (freshwire.proportional_bytes() - before) / connections
            for connection in first + opened:
                connection.close()
    say(f"idle with TLS: {held:,.0f} bytes a connection")
    return [("… WebSocket with TLS 1.3: bytes", "–", f"{held:,.0f}", "–", "none", None)]


class TLSDaemon(Daemon):
    def __init__(self, path, broker_port, certificate, key):
        super().__init__(
            path, broker_port,
            server=f"tls: {{certificate_file: {certificate}, key_file: {key}}}")

    def _is_ready(self):
        try:
            with secured(self.port) as connection:
                connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return b" 200 " in connection.recv(64)
        except OSError:
            return False


def secured(port):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10))


def secure_websocket(port, token):
    connection = secured(port)
    connection.sendall((
        "GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode())
    if b" 101 " not in connection.recv(1024):
        raise RuntimeError("no WebSocket over TLS")
    return connection
