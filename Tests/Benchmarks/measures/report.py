"""The table, in Markdown."""

from .programs import BENCHMARKS

HEAD = ("what", "measured against", "Freshwire", "ratio", "target", "")


def table(rows, has_verdicts=True):
    """Without verdicts where the runs were too small for any."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---|--:|--:|--:|---|---|"]
    for *cells, holds in rows:
        verdict = {True: "holds", False: "does not hold", None: ""}[holds if has_verdicts else None]
        lines.append("| " + " | ".join([*cells, verdict]) + " |")
    return "\n".join(lines)


def write_fabric(rows, machine, load_after):
    text = f"""\
# The fabric: speed and memory

Written by `make bench` (`Tests/Benchmarks/run --fabric`): everything in one run on one machine. The rest
is in [RESULTS.md](RESULTS.md).

{chr(10).join(machine)}; load average after {load_after}

{table(rows)}

## How to read it

- **Race** is against nginx with Nchan (one worker) and Node's ws, both as Debian has them, on the
  same machine in the same run, by turns: servers on one CPU, clients on another. Each of the clients
  (`Race/race_clients.c`) checks that every event comes once and in order, and that all have read the
  very same bytes. The rivals are given 200-byte events by HTTP, on one connection, all requests at
  once in a burst. Freshwire is the whole daemon: its events are changes of an order, authorised and
  durable before anybody is told of them, as long as the rivals' to a few bytes, and told to it as the
  platform tells them, over MQTT; the second row has them by HTTP, on one connection as well. The CPU
  is that of all threads and children of the server. Nobody else gathers what comes in quick succession into one write: that is where the ratio of the bursts is from.
  An event that comes alone costs a `send` in the kernel for each client, on every side; what there is
  to win is the rest.
- **Latency** in the race is from when the event was due to the kernel of the client: a server may hold
  its publisher up, and one thread reads for all clients. With 10,000 connections 20 events/s are more
  than one CPU can send one by one. With 10,000 messages a second it is to the client's read.
- **10,000 connections**: each follows an order of its own, whose bag measures once a second. An open
  order keeps its readings, 16 bytes each and at most 7,200 of them; without orders it is seen that
  nothing else grows. In the storm all are cut off at once with a reset and come back with the last message they have; it is over
  when everybody has all that was published by the time that the last one was in again.
- **Idle connection**: growth of the process's proportional set size for each authenticated connection
  with one subscription, of both. What the kernel holds for a socket is not in it, on either side.
"""
    (BENCHMARKS / "RESULTS-fabric.md").write_text(text)


def write(rows, machine, load_after):
    text = f"""\
# Speed and memory

Written by `make bench` (`Tests/Benchmarks/run`): everything in one run on one machine, so that the
ratios mean something where the numbers do not.

{chr(10).join(machine)}; load average after {load_after}

{table(rows)}

## How to read it

- **Ingest** is measured against `EndToEnd/noop_subscriber.c`, a libmosquitto subscriber at QoS 1 that
  only counts. Freshwire's time ends when the last row is in the database, committed with
  `synchronous=FULL`; its CPU is that of the whole process. *Live*: published while it is read, as
  fast as the broker acknowledges. *A backlog*: all of it waits at the broker, and the publisher is
  gone. The target names no kind of load, so both are judged. The ratio is the median of the pairs'
  ratios, not the ratio of the medians beside it; where the spread in brackets reaches over the target,
  the machine was too busy for the verdict to mean much.
- **Fan-out** is measured against `FanOut/fanout_floor.c`, which writes prepared frames of the same
  length to as many connections with one `write` each. Publisher, broker, clients and daemon share the
  machine. The verdict is on the thread that fans out, from the update to the socket, because the
  program beside it takes no readings. The whole process, which also decodes, judges and commits the
  readings behind the updates, stands below it without a verdict: whoever takes the target for that
  one compares its ratio with 0.5.
- **Idle connection**: growth of the process's resident memory for each authenticated connection with
  one subscription; beside Nchan of the proportional set size. What the kernel holds for a socket is not in it, on either side.
- **Latency** is from the publisher's write to the WebSocket client's read, for readings whose bag is
  carried for a followed order; for the no-op subscriber to its message callback. In between Freshwire
  commits, which costs one flush of the disk at least.
- **An order's temperature** is asked for over one connection, by turns of logs of different size in
  which the order has the same hour of readings. `make bench-long` adds a log of 100 million rows.
- **Bags live**: each carries an order of cold food for as many minutes as the row says and measures
  temperature, humidity and battery once in each; every hundredth is so warm that its alarm is open.
  `FleetBench` takes them through the engine's turn into a store, and says by how much its process grew.
  The daemon is then started on that store, which the machine still has in memory: the time ends when
  it answers that it is ready, with every order's food judged again by the readings of the log.
- **`freshwire verify`** is timed from its start to its end, on the same store.
- **All checks against gross range only** is measured three ways, the least of some runs each. *Readings
  in order* is `TurnBench`: the turn for one message, decoded to committed. The two shifts are
  `ShiftBench`: bags, gateways and orders of a simulated day, with what is read back from the log where
  readings come late, twice or by turns, and a commit for each message.
- **Allocations and instructions** are those of the engine's turn for one message, without its
  sockets (`TurnBench`): decode, judge, commit. They are checked against `budget.json`. The middle
  column is that budget.
"""
    (BENCHMARKS / "RESULTS.md").write_text(text)
