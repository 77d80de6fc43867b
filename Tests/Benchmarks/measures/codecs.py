"""What a vendor's JavaScript codec costs a message, beside the same codec in Node."""

import subprocess

from . import programs
from .programs import BENCHMARKS

FOLDER = BENCHMARKS / "CodecBench"
# CPU microseconds a message, in the daemon and the locked-in program together.
TARGET = 15


def costs(command):
    """The first number behind each codec's name."""
    lines = subprocess.run(
        [str(word) for word in command], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {line.split()[0]: float(line.split()[1]) for line in lines.splitlines()}


def measure(messages, say):
    """The table's rows; Node runs the codecs with its compiler and without any wall around them."""
    programs.build(["CodecBench", "freshwire-codecs"], programs.configuration())
    node = costs(["node", FOLDER / "in_node.js", FOLDER / "codecs", messages])
    own = costs([programs.built("CodecBench"), FOLDER / "codecs", messages])
    rows = []
    for name, cost in own.items():
        say(f"codec {name}: {cost:.1f} µs, in Node {node[name]:.1f} µs")
        rows.append((
            f"JavaScript codec `{name}`, CPU µs a message, against Node", f"{node[name]:.1f}",
            f"{cost:.1f}", f"{cost / node[name]:.2f}", f"≤ {TARGET} µs", cost <= TARGET))
    return rows
