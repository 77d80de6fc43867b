"""What a table was measured on."""

import os
import pathlib
import platform
import re
import subprocess
import time

from . import programs
from .programs import ROOT

FLUSHES = 500


def load():
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def describe(options):
    """Lines of Markdown."""
    median, slow = flush_milliseconds()
    return [
        f"- Freshwire: commit {output(['git', '-C', ROOT, 'rev-parse', '--short', 'HEAD'])}, "
        f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC; load average before {load()}",
        f"- Machine: {os.cpu_count()} cores, {processor()}, {memory_gibibytes():.0f} GiB, "
        f"Linux {platform.release()}",
        f"- Disk: append of 4 KiB with fdatasync p50 {median:.2f} ms, p99 {slow:.2f} ms",
        f"- mosquitto {version('mosquitto')} (persistence off, max_queued_messages 0), libmosquitto "
        f"{version('libmosquitto1')}, SQLite {version('libsqlite3-0')}, libwebsockets "
        f"{library('libwebsockets')}, simdjson {library('simdjson')}",
        f"- {output(['swift', '--version']).splitlines()[0]}; {output(['cc', '--version']).splitlines()[0]}",
        f"- Ingest: {options.messages:,} messages a run of a single reading with temperature, "
        f"humidity and battery (three rows) from {5000:,} bags, 500 of them with an order; "
        f"{options.pairs} pairs of runs, medians, the ratio's spread in brackets",
    ]


def flush_milliseconds():
    times = []
    with programs.directory() as path, open(path / "flushed", "wb", buffering=0) as file:
        for _ in range(FLUSHES):
            begin = time.monotonic()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.monotonic() - begin) * 1000)
    times.sort()
    return times[FLUSHES // 2], times[FLUSHES * 99 // 100]


def processor():
    found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found.group(1) if found else platform.machine()


def memory_gibibytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)


def output(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() or "unknown"


def version(package):
    return output(["dpkg-query", "-W", "-f", "${Version}", package])


def library(name):
    return output(["pkg-config", "--modversion", name])
