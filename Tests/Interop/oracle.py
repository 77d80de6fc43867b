"""Judges random series by ioos_qc and by the program given, and prints where the two differ.

    oracle.py PROGRAM [--series 12000] [--seed 1]

PROGRAM reads a topic and its input in JSON a line and answers flags or an error. The last line
printed is a summary in JSON. Exits 1 on a difference. Every kind of series comes regular and
irregular, with values missing, repeated, infinite, on the thresholds and of every length from 0.
"""

import argparse
import collections
import json
import math
import random
import subprocess
import sys
import time
import warnings

import numpy as np
from ioos_qc import argo, qartod

warnings.simplefilter("ignore")
np.seterr(all="ignore")


class Source:
    """What a random series is made of."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def length(self, least=0):
        return max(least, self.random.choice([0, 1, 2, 3, 4, 8, 20, 60]))

    def step(self):
        """Coarse enough for ties, or fine enough for none."""
        return self.random.choice([0.0625, 0.1, 0.5, 1, 1e-6])

    def values(self, length, infinite=0.0):
        step, value = self.step(), self.random.uniform(-30, 90)
        missing = self.random.choice([0, 0, 0.05, 0.3, 1])
        wander, jump = self.random.choice([0, 0.05, 2]), self.random.choice([0, 0.1])
        result = []
        for _ in range(length):
            value += self.random.gauss(0, wander) if wander else 0
            shown = value + (self.random.uniform(-40, 40) if self.chance(jump) else 0)
            shown = round(round(shown / step) * step, 7)
            if self.chance(missing):
                shown = None
            elif infinite and self.chance(infinite):
                shown = self.random.choice([math.inf, -math.inf])
            result.append(shown)
        return result

    def seconds(self, length, regular=None, order=True, fraction=True):
        """Times in seconds: regular, or with gaps, repetitions and, unless ordered, going back."""
        start = self.random.choice([0, 1_700_000_000])
        interval = self.random.choice([1, 5, 60, 60, 900])
        if self.chance(0.5) if regular is None else regular:
            return [start + interval * place for place in range(length)]
        times, now = [], start
        for _ in range(length):
            times.append(round(now, 3))
            pace = self.random.choice([0, 0.3, 1, 1, 1, 1, 1.7, 30]) * interval
            now += pace if fraction else math.floor(pace)
            if not order and self.chance(0.1):
                now -= self.random.choice([0.5, 1, 2.5]) * interval
        return times

    def threshold(self, scale):
        return self.random.choice([0, self.step(), self.random.uniform(0, scale), scale])

    def coordinates(self, length):
        longitude, latitude = self.random.uniform(-180, 180), self.random.uniform(-89, 89)
        missing = self.random.choice([0, 0, 0.2])
        pace = self.random.choice([0, 1e-4, 0.01, 2])
        longitudes, latitudes = [], []
        for _ in range(length):
            longitude += self.random.gauss(0, 1) * pace
            latitude += self.random.gauss(0, 1) * pace
            if self.chance(0.02):
                longitude, latitude = self.random.choice([(0, 0), (500.5, 0), (1, 95), (179.9, 1)])
            longitudes.append(None if self.chance(missing) else longitude)
            latitudes.append(None if self.chance(missing) else latitude)
        return longitudes, latitudes


def instants(seconds):
    """The package wants the times of three of its tests ready made."""
    from ioos_qc.utils import mapdates

    times = mapdates([0.0 if time is None else time for time in seconds])
    times = np.array(times, dtype="datetime64[ns]").reshape(-1)
    times[[place for place, time in enumerate(seconds) if time is None]] = np.datetime64("NaT")
    return times


def gross_range(source):
    low, high = sorted(source.random.choice([-30, 0, 10.5, 40, 90]) for _ in range(2))
    suspect = sorted(source.random.uniform(low, high) for _ in range(2))
    if source.chance(0.1):
        suspect[1] += 1000
    given = {"inp": source.values(source.length(), infinite=0.05), "fail_span": [low, high]}
    if source.chance(0.8):
        given["suspect_span"] = suspect
    return given, lambda: qartod.gross_range_test(**given)


def spike(method):
    def make(source):
        given = {
            "inp": source.values(source.length(), infinite=0.01),
            "suspect_threshold": source.threshold(5),
            "fail_threshold": source.threshold(20),
            "method": method,
        }
        if source.chance(0.1):
            del given[source.random.choice(["suspect_threshold", "fail_threshold"])]
        return given, lambda: qartod.spike_test(**given)

    return make


def rate_of_change(source):
    length = source.length()
    given = {
        "inp": source.values(length, infinite=0.01),
        "t_s": source.seconds(length, order=source.chance(0.8)),
        "threshold_per_s": source.threshold(0.1),
    }
    if source.chance(0.5):
        given["fail_threshold_per_s"] = source.threshold(1)
    return given, lambda: qartod.rate_of_change_test(
        given["inp"], given["t_s"], given["threshold_per_s"], given.get("fail_threshold_per_s")
    )


def flat_line(source):
    length = source.length()
    given = {
        "inp": source.values(length, infinite=0.01),
        "t_s": source.seconds(length, order=source.chance(0.9)),
        "suspect_threshold_s": source.random.choice([0, 59, 60, 120, 300.5, 1800]),
        "fail_threshold_s": source.random.choice([60, 300, 3600]),
        "tolerance": source.threshold(0.5),
    }
    return given, lambda: qartod.flat_line_test(
        given["inp"],
        given["t_s"],
        given["suspect_threshold_s"],
        given["fail_threshold_s"],
        given["tolerance"],
    )


def attenuated_signal(source):
    length = source.length()
    falling = source.chance(0.1)
    times = source.seconds(length, order=source.chance(0.95))
    given = {
        "inp": source.values(length, infinite=0.01),
        "t_s": times[::-1] if falling else times,
        # Not on the grid of the values: two ways to a deviation end in different last digits.
        "suspect_threshold": source.random.uniform(0, 3),
        "fail_threshold": source.random.uniform(0, 1),
        "check_type": source.random.choice(["std", "range"]),
    }
    if source.chance(0.8):
        given["test_period"] = source.random.choice([5, 120, 300, 1800, 172800])
        if source.chance(0.4):
            given["min_obs"] = source.random.choice([0, 1, 2, 4])
        elif source.chance(0.4):
            given["min_period"] = source.random.choice([1, 60, 300])
    rest = {name: value for name, value in given.items() if name not in ("inp", "t_s")}
    return given, lambda: qartod.attenuated_signal_test(
        given["inp"], instants(given["t_s"]), **rest
    )


def aggregate(source):
    length = source.length()
    count = source.random.randint(1, 5)
    given = {
        "vectors": [
            [source.random.choice([1, 2, 3, 4, 9, 9, 0]) for _ in range(length)]
            for _ in range(count)
        ]
    }
    return given, lambda: qartod.qartod_compare([np.array(row) for row in given["vectors"]])


def location(source):
    longitudes, latitudes = source.coordinates(source.length())
    given = {"lon": longitudes, "lat": latitudes}
    if source.chance(0.7):
        given["range_max"] = source.random.uniform(0, 3) * 10 ** source.random.randint(0, 5)
        given["range_method"] = source.random.choice(["haversine", "wgs84"])
    return given, lambda: qartod.location_test(**given)


def speed(source):
    length = source.length()
    longitudes, latitudes = source.coordinates(length)
    given = {
        "lon": longitudes,
        "lat": latitudes,
        "t_s": source.seconds(length, order=source.chance(0.8)),
        "suspect_threshold_mps": source.random.uniform(0, 40),
        "fail_threshold_mps": source.random.uniform(1, 80),
    }
    return given, lambda: argo.speed_test(
        longitudes,
        latitudes,
        given["t_s"],
        given["suspect_threshold_mps"],
        given["fail_threshold_mps"],
    )


def location_bounds(source):
    longitudes, latitudes = [], []
    for _ in range(source.length()):
        longitudes.append(None if source.chance(0.1) else source.random.randint(0, 8) / 2)
        latitudes.append(None if source.chance(0.1) else source.random.randint(0, 8) / 2)
    corners = source.random.choice(
        [
            [[0, 0], [4, 0], [4, 4], [0, 4]],
            [[0, 0], [2, 1], [4, 0], [3, 2], [4, 4], [2, 3], [0, 4], [1, 2]],
            [[0, 0], [0, 4], [3, 1]],
            [[0, 1], [4, 1], [4, 3], [2, 2], [0, 3], [0, 1]],
        ]
    )
    area = source.random.choice(["inside", "outside"])
    given = {"lon": longitudes, "lat": latitudes, "polygon_lonlat": corners, "flag_area": area}
    return given, lambda: qartod.location_bounds_test(
        longitudes, latitudes, tuple(tuple(corner) for corner in corners), area
    )


def with_missing(source, times):
    missing = source.random.choice([0, 0.2])
    return [None if source.chance(missing) else time for time in times]


def time_gap(source):
    times = with_missing(source, source.seconds(source.length(), order=source.chance(0.8)))
    given = {"t_s": times, "fail_span_s": source.random.choice([0, 1, 59, 60, 300, 1800.5, 7200])}
    return given, lambda: qartod.time_gap_test(instants(times), given["fail_span_s"] / 3600)


def data_reception(source):
    times = with_missing(source, source.seconds(source.length()))
    known = [time for time in times if time is not None] or [0]
    given = {
        "t_s": times,
        "now_s": source.random.choice(known) + source.random.choice([0, 60, 300, 0.25]),
        "fail_span_s": source.random.choice([0, 60, 300, 3600]),
    }
    return given, lambda: qartod.data_reception_test(
        instants(times), given["fail_span_s"] / 3600, from_time=instants([given["now_s"]])[0]
    )


def syntax(source):
    line = "".join(source.random.choice("01AFx,;é𝄞 ") for _ in range(source.length()))
    given = {
        "line": line,
        "nchar": source.random.choice([0, 1, 2, 3, 8, len(line), len(line) / 2]),
        "lentype": source.random.choice(["char", "byte"]),
        "delimiter": source.random.choice([None, ",", ";", ",;", ""]),
    }
    return given, lambda: qartod.syntax_test(
        np.array([line]), given["nchar"], given["lentype"], given["delimiter"]
    )


TOPICS = {
    "qc.gross_range": gross_range,
    "qc.spike.average": spike("average"),
    "qc.spike.differential": spike("differential"),
    "qc.rate_of_change": rate_of_change,
    "qc.flat_line": flat_line,
    "qc.attenuated_signal": attenuated_signal,
    "qc.aggregate": aggregate,
    "qc.location": location,
    "qc.speed": speed,
    "qc.location_bounds": location_bounds,
    "qc.time_gap": time_gap,
    "qc.data_reception": data_reception,
    "qc.syntax": syntax,
}


def plain(value):
    """JSON has no infinite numbers: they are sent as texts."""
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if isinstance(value, list):
        return [plain(element) for element in value]
    return value


def judged(test):
    try:
        return {"flags": np.ma.filled(test(), 9).reshape(-1).tolist()}
    except (ValueError, IndexError, TypeError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def agree(theirs, ours):
    if "error" in theirs:
        return "error" in ours
    return theirs["flags"] == ours.get("flags")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--series", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    source = Source(options.seed)
    started = time.monotonic()
    cases = []
    for number in range(options.series):
        topic = list(TOPICS)[number % len(TOPICS)]
        given, test = TOPICS[topic](source)
        given = {name: plain(value) for name, value in given.items()}
        cases.append((topic, given, judged(test)))
    lines = "\n".join(json.dumps({"topic": t, "input": g}, allow_nan=False) for t, g, _ in cases)
    answers = subprocess.run(
        [options.program], input=lines, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if len(answers) != len(cases):
        sys.exit(f"{len(answers)} answers to {len(cases)} series")
    differences, errors = collections.Counter(), collections.Counter()
    flags = collections.Counter()
    for (topic, given, theirs), answer in zip(cases, answers):
        ours = json.loads(answer)
        errors[topic] += "error" in theirs
        flags.update(theirs.get("flags", []))
        if not agree(theirs, ours):
            differences[topic] += 1
            if differences[topic] <= 3:
                print(topic, json.dumps(given), "ioos_qc:", theirs, "here:", ours)
    print(
        json.dumps(
            {
                "series": len(cases),
                "differences": dict(differences),
                "refused": sum(errors.values()),
                "flags": {str(flag): count for flag, count in sorted(flags.items())},
                "seconds": round(time.monotonic() - started, 1),
            }
        )
    )
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
