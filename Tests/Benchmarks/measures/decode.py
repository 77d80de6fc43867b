"""What it costs to decode a message of each format, from its bytes to samples."""

import re
import subprocess

from . import programs

# CPU microseconds a message, for native formats.
TARGET = 2.0
# Milliseconds for a thousand profiles.
LOADING_TARGET = 1000
MESSAGE = re.compile(r"^(.*\S)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)$")


def measure(say):
    """The table's rows. There is nothing beside it to measure against: the targets are absolute."""
    programs.build(["DecodeBench"], programs.configuration())
    output = subprocess.run(
        [str(programs.built("DecodeBench"))], check=True, stdout=subprocess.PIPE, text=True).stdout
    rows = []
    for line in output.splitlines()[1:]:
        message = MESSAGE.match(line)
        if message:
            micros = float(message[2]) / 1000
            say(f"decode {message[1]}: {micros:.2f} µs")
            # Batches are many readings in one message; the target is for one.
            is_single = "60 readings" not in message[1]
            rows.append((
                f"Decoding {message[1]}: CPU µs a message", "–", f"{micros:.2f}", "–",
                f"≤ {TARGET:g} µs" if is_single else "none",
                micros <= TARGET if is_single else None))
        elif line.startswith("1,000 profiles loaded"):
            loaded = float(line.split()[-1])
            rows.append((
                "1,000 profiles with their examples, loaded in ms", "–", f"{loaded:.0f}", "–",
                f"≤ {LOADING_TARGET} ms", loaded <= LOADING_TARGET))
        elif line.startswith("routing by"):
            name, cost = line.rsplit(":", 1)
            rows.append((f"{name[0].upper()}{name[1:]}", "–", cost.strip(), "–", "none", None))
    return rows
