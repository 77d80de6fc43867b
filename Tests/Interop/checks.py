"""Checks that are run one by one, each reported as a line `ok NAME` or `failed NAME: REASON`.

The conformance server gives a client 200 ms to answer a ping, which one on a loaded machine may
miss without anybody's fault: a check that fails is tried twice again.
"""

import sys

_checks = []
_once = set()
_trials = 3


def check(function):
    """Has a function run by `run`, in the order of definition."""
    _checks.append(function)
    return function


def once(function):
    """Keeps a check from being tried again: what it did cannot be done twice."""
    _once.add(function)
    return function


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


def _reason(function):
    try:
        function()
        return None
    except Exception as error:
        return f"{type(error).__name__} {error}".replace("\n", " ")


def run():
    failures = 0
    for function in _checks:
        name = function.__name__.replace("_", " ")
        for _ in range(1 if function in _once else _trials):
            reason = _reason(function)
            if reason is None:
                break
        failures += reason is not None
        print(f"failed {name}: {reason}" if reason else f"ok {name}", flush=True)
    sys.exit(1 if failures else 0)
