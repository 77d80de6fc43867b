"""Fan-out: frames a CPU second, beside a program that only writes prepared frames."""

from . import programs
from .programs import SCRATCH, Daemon, Program

RATIO_TARGET = 0.5
IDLE_BYTES_TARGET = 8 << 10
# (connections, orders, updates of each order a second)
SCENES = [(1000, 1, 20), (10_000, 1, 5), (1000, 1000, 5), (10_000, 1000, 5)]


def measure(seconds, scale, say):
    """`scale` divides the number of connections and orders."""
    rows = []
    for connections, orders, updates in SCENES:
        connections, orders = connections // scale, max(1, orders // scale)
        result = daemon(connections, orders, updates, seconds)
        floor = floor_frames_a_cpu_second(
            connections, updates * seconds, result["frame_bytes"], 1000 // updates)
        say(f"fan-out {connections} connections, {orders} orders: floor {floor:,.0f}, fabric "
            f"thread {result['fabric']:,.0f}, process {result['process']:,.0f} frames/CPU s, idle "
            f"{result['idle_bytes']:,.0f} bytes a connection")
        name = f"{connections:,} connections, {orders:,} order{'s' * (orders > 1)}"
        ratio = result["fabric"] / floor
        rows.append((
            f"Fan-out, {name}: frames a CPU second of the thread that fans out", f"{floor:,.0f}",
            f"{result['fabric']:,.0f}", f"{ratio:.2f}", f"≥ {RATIO_TARGET}",
            ratio >= RATIO_TARGET))
        rows.append((
            f"… of the whole process, which also takes and logs the readings", f"{floor:,.0f}",
            f"{result['process']:,.0f}", f"{result['process'] / floor:.2f}", "none", None))
        rows.append((
            f"Idle connection, {name}: bytes resident", "–", f"{result['idle_bytes']:,.0f}", "–",
            f"≤ {IDLE_BYTES_TARGET:,}", result["idle_bytes"] <= IDLE_BYTES_TARGET))
    return rows


def daemon(connections, orders, updates, seconds):
    with programs.broker() as (port, _), programs.directory() as path, Daemon(
            path, port) as freshwire:
        freshwire.make_orders(port, orders)
        empty = freshwire.resident_bytes()
        with Program([SCRATCH / "subscribers", freshwire.port, connections, orders,
                      freshwire.token_file()]) as clients:
            clients.expect("ready")
            programs.time.sleep(1)
            idle_bytes = (freshwire.resident_bytes() - empty) / connections
            fabric = freshwire.thread_cpu_seconds("fabric")
            process = freshwire.cpu_seconds()
            with Program([SCRATCH / "publisher", port, orders * updates * seconds, orders,
                          orders * updates]) as publisher:
                publisher.expect("begin")
                publisher.expect("end")
            programs.time.sleep(1)
            fabric = freshwire.thread_cpu_seconds("fabric") - fabric
            process = freshwire.cpu_seconds() - process
            clients.end_input()
            words = clients.expect("frames")
            frames, frame_bytes = int(words[1]), int(words[3])
        expected = connections * updates * seconds
        # A temperature that was overtaken by a newer one, as while the disk is slow, is not sent.
        if not 0.5 * expected <= frames <= expected:
            raise RuntimeError(f"{frames} of {expected} frames came")
        return {"fabric": frames / fabric, "process": frames / process,
                "frame_bytes": frame_bytes // frames, "idle_bytes": idle_bytes}


def floor_frames_a_cpu_second(connections, rounds, frame_bytes, interval_ms):
    port = programs.free_port()
    with Program([SCRATCH / "fanout_floor", port, connections, rounds, 1, frame_bytes,
                  interval_ms]) as floor:
        floor.expect("ready")
        with Program([SCRATCH / "subscribers", port, connections, 1]) as clients:
            clients.expect("ready")
            words = floor.expect("frames")
            # It leaves soon, which the clients must not mistake for a failure.
            clients.end_input()
            clients.expect("frames")
            return int(words[1]) / float(words[3])
