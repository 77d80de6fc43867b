"""What a vector expects, compared with what came.

An expectation is JSON. A text that begins with `$` stands for what cannot be known beforehand:

$time         an RFC 3339 instant in UTC        $int, $number, $bool, $text   any of that kind
$id           an opaque identifier              $uuid                         a UUID
$token        a JWT                             $match:PATTERN                a text of that form
$start-30s    the instant at which the vector began, less 30 s; $startms-30s in milliseconds
$token:anna   the token of that name            $=name                        what was kept by name

`$id>name` keeps what came, for `$=name`; so does every other kind. `$$` is a dollar sign. A member
whose name ends with `?` may be missing: it is ours, and the seed does not print it. `"$more": true`
in an object allows members that are not named. `{"$jwe": {"k": KEY, "of": …}}` is a compact JWE that
the key opens (`dir`, A256GCM), and what is in it. Everything else has to be there, as it stands.
"""

import base64
import datetime
import json
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
KINDS = {
    "time": lambda value: isinstance(value, str) and is_instant(value),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "bool": lambda value: isinstance(value, bool),
    "text": lambda value: isinstance(value, str) and value != "",
    "id": lambda value: isinstance(value, str)
    and re.fullmatch(r"[0-9A-Za-z._:-]{1,128}", value) is not None,
    "uuid": lambda value: isinstance(value, str)
    and re.fullmatch(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None,
    "token": lambda value: isinstance(value, str)
    and re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", value) is not None,
}


class WrongVector(Exception):
    """The vector itself says what cannot be meant."""


def is_instant(text):
    if INSTANT.fullmatch(text) is None:
        return False
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def decoded(text):
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def rfc3339(milliseconds):
    moment = datetime.datetime.fromtimestamp(milliseconds // 1000, datetime.timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03}Z"


class Memory:
    """What a vector may speak of: its tokens, the instant it began, and what it kept."""

    def __init__(self, start, tokens):
        self.start = start
        self.tokens = tokens
        self.kept = {}

    def text(self, text):
        """What a text of a vector means where it is sent, or is a value that is known."""
        if text.startswith("$$"):
            return text[1:]
        if text.startswith("$="):
            if text[2:] not in self.kept:
                raise WrongVector(f"nothing was kept as {text[2:]}")
            return self.kept[text[2:]]
        if text.startswith("$token:"):
            return self.tokens[text[7:]]
        found = re.fullmatch(r"\$start(ms)?(?:([+-])(\d+)(ms|s|m|h))?", text)
        if found is None:
            return None
        unit = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}.get(found[4], 0)
        shift = int(found[3] or 0) * unit * (-1 if found[2] == "-" else 1)
        return self.start + shift if found[1] else rfc3339(self.start + shift)

    def filled(self, value):
        """A value as it is sent."""
        if isinstance(value, dict):
            return {name: self.filled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        if isinstance(value, str) and value.startswith("$"):
            known = self.text(value)
            if known is None:
                raise WrongVector(f"{value} cannot be sent")
            return known
        return value

    def inside(self, text):
        """A text in which `{$…}` stands for what is known."""
        return re.sub(
            r"\{(\$[^{}]*)\}", lambda found: str(self.filled(found[1])), text)

    def difference(self, expected, came, path=""):
        """Where they differ, in words; None where they do not."""
        if isinstance(expected, str) and expected.startswith("$"):
            return self._wildcard(expected, came, path)
        if isinstance(expected, dict) and "$jwe" in expected:
            return self._sealed(expected["$jwe"], came, path)
        if isinstance(expected, dict):
            return self._object(expected, came, path)
        if isinstance(expected, list):
            return self._array(expected, came, path)
        is_same = expected == came and isinstance(expected, bool) == isinstance(came, bool)
        return None if is_same else f"{path or '/'}: expected {expected!r}, came {came!r}"

    def _wildcard(self, expected, came, path):
        known = self.text(expected)
        if known is not None:
            is_same = known == came
            return None if is_same else f"{path or '/'}: expected {known!r}, came {came!r}"
        if expected.startswith("$match:"):
            is_right = isinstance(came, str) and re.fullmatch(expected[7:], came) is not None
            return None if is_right else f"{path or '/'}: {came!r} is not of {expected}"
        kind, _, name = expected[1:].partition(">")
        if kind not in KINDS:
            raise WrongVector(f"{expected} means nothing")
        if not KINDS[kind](came):
            return f"{path or '/'}: {came!r} is no {kind}"
        if name:
            self.kept[name] = came
        return None

    def _sealed(self, expected, came, path):
        try:
            header, key, nonce, text, tag = came.split(".")
            opened = json.loads(AESGCM(decoded(expected["k"])).decrypt(
                decoded(nonce), decoded(text) + decoded(tag), header.encode()))
            fields = json.loads(decoded(header))
        except (AttributeError, ValueError, InvalidTag):
            return f"{path or '/'}: {came!r} is no JWE that the key opens"
        if fields.get("alg") != "dir" or fields.get("enc") != "A256GCM" or key:
            return f"{path or '/'}: the JWE says {fields}"
        return self.difference(expected["of"], opened, f"{path}/sealed")

    def _object(self, expected, came, path):
        if not isinstance(came, dict):
            return f"{path or '/'}: expected an object, came {came!r}"
        names = set()
        for key, value in expected.items():
            if key == "$more":
                continue
            name = key.removesuffix("?")
            names.add(name)
            if name not in came:
                if key.endswith("?"):
                    continue
                return f"{path}/{name} is missing"
            if (words := self.difference(value, came[name], f"{path}/{name}")) is not None:
                return words
        surplus = [name for name in came if name not in names]
        if surplus and not expected.get("$more"):
            return f"{path}/{surplus[0]} was not expected: {came[surplus[0]]!r}"
        return None

    def _array(self, expected, came, path):
        if not isinstance(came, list):
            return f"{path or '/'}: expected a list, came {came!r}"
        if len(expected) != len(came):
            return f"{path or '/'}: expected {len(expected)} elements, came {came!r}"
        for place, (want, got) in enumerate(zip(expected, came)):
            if (words := self.difference(want, got, f"{path}/{place}")) is not None:
                return words
        return None
