"""Proves logs by Documentation/log-format.md alone: verify_log.py STORE...

Prints one line of JSON for each store: the counts, and every finding as [status, table, row, link].
"""

import hashlib
import json
import sqlite3
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KINDS = {
    1: ("readings", "id measured_at source quantity probe value quality test_flags time_source"
        " received_at sequence order_number marker notes message reasons quality_version"
        " corrected calibration settles"),
    2: ("fixes", "id measured_at source latitude longitude speed heading accuracy quality test_flags"
        " time_source received_at sequence altitude satellites notes message reasons quality_version"),
    3: ("events", "number name order_number occurred_at data"),
    4: ("sources", "number device carrier_kind carrier profile"),
    5: ("changes", "number subject key body"),
    6: ("signing_keys", "number public_key"),
    10: ("checkpoints", "number order_number kind occurred_at recorded_at recorded_by person bag"
        " site celsius seal photo prior_danger_minutes"),
    7: ("purges", "number policy purged_at count rows signing_key signature"),
    13: ("haccp_plans", "number in_force_from id version hash plan"),
    8: ("quality_revisions", "number reading quality test_flags reasons quality_version revised_at"),
    9: ("staff_actions", "number alert revision state_hash performed_at subject role action"
        " printed_name meaning reason request"),
    12: ("places", "number order_number key sealed"),
    14: ("accesses", "number occurred_at subject role deed resource address_class"),
    11: ("calibrations", "number device quantity probe entered_at entered_by supersedes reason"
        " made_at due_at method reference laboratory certificate points expanded_uncertainty"
        " coverage_factor"),
}
STATES = {
    1: ("orders", 1, "number id food_class status customer driver vehicle restaurant cafe"
        " promised_at pickup_latitude pickup_longitude delivery_latitude delivery_longitude"
        " created_at picked_up_at delivered_at updated_at"),
    2: ("custody", 3, "order_number bag started_at ended_at"),
    3: ("excursions", 1, "number order_number source food_class limit_minimum"
        " limit_maximum limit_profile grace_us critical_margin"
        " critical_grace_us hysteresis clear_delay_us maximum_gap_us"
        " revision standing state started_us start_edge activated_us"
        " cause is_activation_assumed ended_us end_edge closed_us"
        " close_reason peak outside_us unknown_us nano_degree_seconds"),
    4: ("data_gaps", 3, "order_number source from_us until_us standing"),
    5: ("alerts", 1, "number kind order_number order_id bag device restaurant cafe raised_at"
        " is_standing is_acknowledged is_closed review_due revision state"),
    6: ("holds", 1, "number order_id bag device measured_from measured_until reason placed_by"
        " placed_at expires_at released_by released_at"),
    7: ("silences", 6, "order_number bag started_at source probe since_at heard_at notices"
        " told_at ended_at end_reason cause"),
}
ALERTS = 5


class Text(bytes):
    """The bytes of a text, which need not be UTF-8 in a log that was altered."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def value(item):
    if item is None:
        return b"\x00"
    if isinstance(item, int):
        size = 0 if item == 0 else next(
            n for n in range(1, 9) if -(1 << 8 * n - 1) <= item < 1 << 8 * n - 1)
        return bytes([0x10 + size]) + item.to_bytes(size, "little", signed=True)
    if isinstance(item, float):
        return b"\x20" + struct.pack("<d", item)
    tag = b"\x30" if isinstance(item, Text) else b"\x40"
    return tag + struct.pack("<I", len(item)) + item


def values(items):
    return b"".join(map(value, items))


def runs(blob):
    """The runs in a list of them, or None where it is none."""
    if len(blob) % 13:
        return None
    found = [struct.unpack_from("<BqI", blob, at) for at in range(0, len(blob), 13)]
    if any(k not in KINDS or first < 0 or not count or first > 2**63 - 1 - count
           for k, first, count in found):
        return None
    return found


def unpacked(body):
    """The bytes of each of the 15 values of an alert's state, or None where they are not that."""
    items, at = [], 0
    while at < len(body):
        tag, size = body[at], 1
        if 0x10 <= tag <= 0x18:
            size += tag - 0x10
        elif tag in (0x30, 0x40):
            if len(body) - at < 5:
                return None
            size = 5 + struct.unpack_from("<I", body, at + 1)[0]
        elif tag != 0x00:
            return None
        if size > len(body) - at:
            return None
        items.append(body[at:at + size])
        at += size
    return items if len(items) == 15 else None


def form(kind, row):
    """The version of a row's payload, and the columns that it has: those that came later are left
    out where they say nothing."""
    if kind not in (1, 2):
        return 1, row
    if kind == 1:
        if row[-1] is not None:
            return 4, row
        row = row[:-1]
        if row[-2:] != (None, None):
            return 3, row
        row = row[:-2]
    return (1, row[:-2]) if row[-2:] == (0, None) else (2, row)


def body_of(subject, row):
    """The body of a state: the last column of silences came later, and is left out where it is NULL."""
    return values(row[:-1] if subject == 7 and row[-1] is None else row)


class Log:
    def __init__(self, path):
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.db.text_factory = Text
        self.findings = []
        self.counts = {"ok": 0, "purged": 0, "altered": 0, "missing": 0, "carried_over": 0}

    def find(self, status, table, row, link=None):
        self.counts[status] += 1
        self.findings.append([status, table, row, link])

    def verify(self):
        epoch = self.db.execute("SELECT epoch FROM store").fetchone()[0]
        self.genesis = sha256(b"freshwire/log/01", epoch)
        self.read_tables()
        self.read_purges()
        self.chain()
        for kind, rows in self.rows.items():
            for number in rows.keys() - self.named[kind]:
                self.find("altered", KINDS[kind][0], number)
        self.states()
        self.staff_actions()
        return {"counts": self.counts, "links": self.last, "head": self.hash.hex(),
                "findings": self.findings}

    def read_tables(self):
        self.rows = {}
        for kind, (table, columns) in KINDS.items():
            query = f"SELECT {', '.join(columns.split())} FROM {table}"
            self.rows[kind] = {row[0]: row for row in self.db.execute(query)}
        self.salts = {
            (kind, first): salts
            for kind, first, salts in self.db.execute("SELECT kind, first, salts FROM salts")}

    def read_purges(self):
        self.purged = {kind: set() for kind in KINDS}
        for number, row in sorted(self.rows[7].items()):
            key = self.rows[6].get(row[5], (None, b""))[1]
            message = b"freshwire/purge1" + self.genesis + values(row[:6])
            named = runs(row[4])
            try:
                Ed25519PublicKey.from_public_bytes(bytes(key)).verify(bytes(row[6]), message)
            except (InvalidSignature, ValueError):
                named = None
            if named is None:
                self.find("altered", "purges", number)
                continue
            for kind, first, count in named:
                self.purged[kind].update(range(first, first + count))

    def chain(self):
        self.last, self.hash = 0, self.genesis
        self.named = {kind: set() for kind in KINDS}
        query = "SELECT number, origin, rows, hash, commitments FROM links ORDER BY number"
        for number, origin, rows, stored, commitments in self.db.execute(query):
            if number <= 0:
                continue
            if number > self.last + 1:
                # One finding for all of them: a number that was altered may be far away.
                self.find("missing", "links", self.last + 1)
                self.counts["missing"] += number - self.last - 2
            follows = number == self.last + 1
            self.last = number
            named = runs(rows)
            total = sum(run[2] for run in named or [])
            if named is None or len(stored) != 32 or len(commitments) != 32 * total:
                self.find("altered", "links", number, number)
                continue
            computed = sha256(b"freshwire/link/1", self.hash, struct.pack("<qqI", number, origin,
                              len(named)), rows, sha256(commitments))
            if follows and computed != stored:
                self.find("altered", "links", number, number)
            self.hash = stored
            if origin == 2:
                self.counts["carried_over"] += total
            start = 0
            for kind, first, count in named:
                numbers = range(first, first + count)
                if self.named[kind].isdisjoint(numbers):
                    self.run(kind, numbers, commitments[32 * start:], number)
                else:
                    self.find("altered", "links", number, number)
                self.named[kind].update(numbers)
                start += count

    def run(self, kind, numbers, commitments, link):
        salts = self.salts.get((kind, numbers.start), b"")
        for place, number in enumerate(numbers):
            salt = salts[16 * place:16 * place + 16]
            has_salt = len(salt) == 16 and any(salt)
            row = self.rows[kind].get(number)
            named = number in self.purged[kind]
            if row is not None:
                version, row = form(kind, row)
                payload = bytes([version, kind]) + values(row)
                fits = sha256(salt, payload) == commitments[32 * place:32 * place + 32]
                verdict = "ok" if has_salt and not named and fits else "altered"
            elif named:
                verdict = "altered" if has_salt else "purged"
            else:
                verdict = "missing"
            if verdict in ("ok", "purged"):
                self.counts[verdict] += 1
            else:
                self.find(verdict, KINDS[kind][0], number, link)

    def states(self):
        newest = {}
        for number, subject, key, body in sorted(self.rows[5].values()):
            newest[subject, bytes(key)] = (number, bytes(body))
        for subject, (table, keys, columns) in STATES.items():
            query = f"SELECT {', '.join(columns.split())} FROM {table}"
            rows = {values(row[:keys]): row for row in self.db.execute(query)}
            for (_, key), (number, body) in newest.items():
                if _ != subject:
                    continue
                if key not in rows:
                    self.find("missing", table, number)
                elif body_of(subject, rows[key]) != body:
                    self.find("altered", table, number)
            for key, row in rows.items():
                if (subject, key) not in newest:
                    self.find("altered", table, row[0])

    def staff_actions(self):
        """Compares what somebody acted upon with the state that the log has of that revision."""
        hashes = {}
        for _, subject, key, body in (row for _, row in sorted(self.rows[5].items())):
            items = unpacked(bytes(body)) if subject == ALERTS else None
            if items and items[14][0] == 0x30:
                hashes.setdefault(bytes(key) + items[13], value(sha256(items[14][5:])))
        for number, row in self.rows[9].items():
            if hashes.get(values(row[1:3])) != value(row[3]):
                self.find("altered", "staff_actions", number)


for path in sys.argv[1:]:
    print(json.dumps(Log(path).verify()))
