"""Runs the fabric's test vectors against a server and prints a pass/fail matrix by requirement.

fabric_vectors.py [FILE…] [--only TEXT] [--json FILE] [--at-once N]
fabric_vectors.py --url URL --broker HOST:PORT --secret-file FILE [FILE…]

Without FILEs those of Tests/Vectors/fabric. Each vector has a broker and a daemon of its own;
with --url a server that runs already is asked, and names that occur in vectors get an ending so
that they do not meet. Ends with 1 where a row fails or has no vectors.
"""

import argparse
import asyncio
import json
import pathlib
import re
import secrets
import sys
import time

from fabric.matrix import Matrix, Outcome, PASSES_AFTER_ALL, POLARITIES, REQUIREMENTS
from fabric.vector import Running
from fabric.worlds import GivenWorld, NotStarted, OwnWorld, PROGRAM

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Vectors" / "fabric"
VECTOR_SECONDS = 90
MEMBERS = {"id", "requirement", "polarity", "source", "says", "given", "steps"}
OPTIONAL = {"given"}


class WrongFile(Exception):
    pass


def read(files):
    """The vectors of the files, as far as they can be meant."""
    vectors, seen = [], set()
    for file in files:
        for vector in json.loads(pathlib.Path(file).read_text(encoding="utf-8"))["vectors"]:
            name = vector.get("id", "?")
            if unknown := set(vector) - MEMBERS:
                raise WrongFile(f"{name}: {', '.join(unknown)} means nothing")
            if missing := MEMBERS - OPTIONAL - set(vector):
                raise WrongFile(f"{name}: {', '.join(missing)} is missing")
            if vector["requirement"] not in REQUIREMENTS or vector["polarity"] not in POLARITIES:
                raise WrongFile(f"{name}: there is no such requirement or polarity")
            if name in seen:
                raise WrongFile(f"{name} is there twice")
            seen.add(name)
            vectors.append(vector)
    return vectors


def read_unmet(file):
    """Reasons by the requirement or vector that is known not to be met."""
    reasons = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        name, _, reason = line.strip().partition(" ")
        if name and not name.startswith("#"):
            if not reason:
                raise WrongFile(f"{name} is unmet without a reason")
            reasons[name] = reason
    return reasons


def renamed(vector, ending):
    """The vector with an ending at each name that it gives, and at the identifiers of what it
    publishes, for a server that it shares."""
    given = vector.get("given", {})
    names = set(given.get("names", []))
    for claims in given.get("tokens", {}).values():
        names |= {claims.get(key) for key in ("sub", "site", "cafeId")}
        names |= set(claims.get("counters", []))
    for order in given.get("orders", []):
        names |= {value for key, value in order.items() if key == "id" or key.endswith("Id")}
        names |= set(order.get("bags", []))
    longest = sorted(filter(None, names), key=len, reverse=True)
    if not longest:
        return vector
    pattern = re.compile(
        "(?<![0-9A-Za-z])(evt-[0-9]+|" + "|".join(map(re.escape, longest))
        + ")(?![0-9A-Za-z])")

    def changed(value):
        if isinstance(value, dict):
            return {changed(key): changed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [changed(inner) for inner in value]
        is_kind = isinstance(value, str) and value.startswith("$") and ":" not in value
        if not isinstance(value, str) or is_kind:
            return value
        return pattern.sub(lambda found: f"{found[1]}-{ending}", value)

    return vector | {"given": changed(given), "steps": changed(vector["steps"])}


async def outcome(vector, options, unmet, places):
    name = vector["id"]
    settings = vector.get("given", {}).get("settings", {})
    if options.url and (settings or any("restart" in step for step in vector["steps"])):
        return Outcome(vector, "skip", "it needs a server with settings of its own")
    async with places:
        begun = time.monotonic()
        if options.url:
            world = GivenWorld(options.url, options.broker, options.secret)
            vector = renamed(vector, secrets.token_hex(4))
        else:
            world = OwnWorld(settings, options.program)
        try:
            await world.begin()
            words = await asyncio.wait_for(Running(vector, world).run(), VECTOR_SECONDS)
        except NotStarted as reason:
            words = str(reason)
        except asyncio.TimeoutError:
            words = f"it took longer than {VECTOR_SECONDS} s"
        except Exception as reason:  # A mistake in one vector does not hide the others.
            words = f"{type(reason).__name__}: {reason}"
        finally:
            await world.end()
    seconds = time.monotonic() - begun
    if name in unmet and words is None:
        return Outcome(vector, "FAIL", PASSES_AFTER_ALL, seconds)
    if name in unmet:
        return Outcome(vector, "unmet", unmet[name], seconds)
    return Outcome(vector, "pass" if words is None else "FAIL", words, seconds)


async def run(vectors, options, unmet):
    places = asyncio.Semaphore(options.at_once)
    # What takes longest begins first.
    ordered = sorted(vectors, key=lambda vector: -sum(
        step.get("nothing", step.get("wait", 0)) for step in vector["steps"]))
    return await asyncio.gather(*(outcome(v, options, unmet, places) for v in ordered))


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--only", help="run vectors whose id or requirement has this in it")
    parser.add_argument("--json", type=pathlib.Path, help="write the result there")
    parser.add_argument("--unmet", type=pathlib.Path, default=FOLDER / "unmet.txt")
    parser.add_argument("--at-once", type=int, default=10)
    parser.add_argument("--program", type=pathlib.Path, default=PROGRAM, help="the daemon")
    parser.add_argument("--url", help="a server that runs already, such as http://host:8080")
    parser.add_argument("--broker", default="127.0.0.1:1883", help="where it gets readings from")
    parser.add_argument(
        "--secret-file", type=pathlib.Path, help="what its HS256 tokens are signed with")
    options = parser.parse_args()
    host, _, port = options.broker.rpartition(":")
    options.broker = (host, int(port))
    if options.url:
        if not options.secret_file:
            parser.error("--url needs --secret-file")
        options.secret = options.secret_file.read_text().strip()
    return options


def main():
    options = arguments()
    files = options.files or sorted(FOLDER.glob("*.json"))
    vectors, unmet = read(files), read_unmet(options.unmet)
    if options.only:
        vectors = [v for v in vectors
                   if options.only == v["requirement"] or options.only in v["id"]]
    outcomes = asyncio.run(run(vectors, options, unmet))
    matrix = Matrix(outcomes, unmet, is_selection=bool(options.only))
    print(matrix.text())
    if options.json:
        options.json.write_text(json.dumps(matrix.json(), indent=1) + "\n")
    return 0 if matrix.holds else 1


if __name__ == "__main__":
    sys.exit(main())
