"""Checks that are run one by one, each reported as a line `ok NAME` or `failed NAME: REASON`."""

import sys
import traceback

_checks = []


def check(function):
    """Has a function run by `run`, in the order of definition."""
    _checks.append(function)
    return function


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


def run():
    failures = 0
    for function in _checks:
        name = function.__name__.replace("_", " ")
        try:
            function()
            print(f"ok {name}", flush=True)
        except Exception as error:
            failures += 1
            reason = f"{type(error).__name__} {error}".replace("\n", " ")
            print(f"failed {name}: {reason}", flush=True)
            traceback.print_exc(file=sys.stderr)
    sys.exit(1 if failures else 0)
