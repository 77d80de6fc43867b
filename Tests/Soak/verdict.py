"""Whether every reader was given every record once and in order, by what the journal says was told."""

import json
import sqlite3

from readers import KINDS, Record

SHOWN = 4


def history(store):
    """By order, what was told of it, oldest first."""
    told = {}
    log = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    for number, kind, at, data in log.execute(
            "SELECT number, type, occurred_at, data FROM history ORDER BY number"):
        data = json.loads(data)
        if kind in KINDS and "orderId" in data:
            told.setdefault(data["orderId"], []).append(Record(
                kind, data.get("status") or data.get("state"), data.get("previousStatus"), at,
                str(number)))
    log.close()
    return told


def ledger_fault(ledger, told):
    """The first acknowledged change that is not in the journal once and in its place; None without."""
    for order, statuses in ledger.items():
        logged = [record.status for record in told.get(order, []) if record.kind == "order_update"]
        if logged == statuses:
            continue
        place = next(
            (place for place, pair in enumerate(zip(logged, statuses)) if pair[0] != pair[1]),
            min(len(logged), len(statuses)))
        return (f"{order}: {len(statuses)} changes were acknowledged, the journal has {len(logged)}; "
                f"from the {place + 1}th on acknowledged {statuses[place:place + SHOWN]}, "
                f"in the journal {logged[place:place + SHOWN]}")
    return None


def reader_fault(reader, told, identifiers):
    """The first record that is missing, repeated or out of its place; None without.

    A reader's records of an order are the last that were told of it, from some point on; where it was
    told that something cannot be told again, those before end earlier.
    """
    for order in sorted(reader.orders):
        expected = [record for record in told[order]
                    if reader.has_alerts or record.kind == "order_update"]
        end = len(expected)
        pieces = split(reader.records[order])
        for number, piece in enumerate(reversed(pieces)):
            start = place_of(piece, expected, end, is_last=number == 0)
            if start is None:
                return f"{reader.name}, {order}: {difference(piece, expected[:end])}"
            for record, logged in zip(piece, expected[start:]):
                known = identifiers.setdefault(record.identifier, logged.identifier)
                if known != logged.identifier:
                    return (f"{reader.name}, {order}: identifier {record.identifier} is that of "
                            f"records {known} and {logged.identifier}")
            end = start
    return None


def split(records):
    pieces = [[]]
    for record in records:
        if record is None:
            pieces.append([])
        else:
            pieces[-1].append(record)
    return pieces


def place_of(piece, expected, end, is_last):
    """Where in `expected`, before `end`, the piece stands whole; the last one at the very end."""
    latest = end - len(piece)
    for start in range(latest, latest - 1 if is_last else -1, -1):
        if start < 0:
            return None
        if all(fits(record, logged) for record, logged in zip(piece, expected[start:])):
            return start
    return None


def fits(record, logged):
    return (record.kind == logged.kind and record.status == logged.status
            and (record.previous is None or record.previous == logged.previous)
            and (record.at is None or record.at == logged.at))


def difference(piece, expected):
    """In words, from the end backwards, where all agree last."""
    agreed = 0
    while agreed < min(len(piece), len(expected)) and fits(
            piece[-1 - agreed], expected[-1 - agreed]):
        agreed += 1
    got = piece[max(0, len(piece) - agreed - SHOWN):len(piece) - agreed + 2]
    due = expected[max(0, len(expected) - agreed - SHOWN):len(expected) - agreed + 2]
    return (f"{len(piece)} records came, of {len(expected)} that were told; the last {agreed} agree.\n"
            f"  before these came {lines(got)}\n  and was told {lines(due)}")


def lines(records):
    return "".join(f"\n    {record}" for record in records) or " nothing"
