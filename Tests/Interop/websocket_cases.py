"""Runs the cases of Autobahn|Testsuite (RFC 6455, RFC 7692) against a WebSocket server that echoes.

    websocket_cases.py URL PATTERNS [--messages N] [--at-once N]

PATTERNS are of case numbers, such as 1.*,7.3.2. The cases are those of the package
autobahntestsuite, as it is installed; here is what drives them, because the package's own driver
ended with Python 2. `--messages` has each case of 12 and 13 send so many messages instead of its
thousand. Prints JSON: how many cases ended in which way, and those that are not plainly well.

A case is Python 2: its texts are bytes. Here such a text is a `str` of the same numbers (latin-1),
translated where it meets the client.
"""
import argparse
import collections
import fnmatch
import importlib.util
import json
import pathlib
import re
import sys
import types
from importlib.machinery import FileFinder, SourceFileLoader

import txaio

txaio.use_twisted()

import autobahn.websocket.compress as compress
import zope.interface
from autobahn.twisted.websocket import (
    WebSocketClientFactory,
    WebSocketClientProtocol,
    connectWS,
)
from autobahn.websocket.utf8validator import Utf8Validator
from twisted.internet import reactor

SUITE = pathlib.Path(importlib.util.find_spec("autobahntestsuite").origin).parent

# How long a server may take to do what it has to, in seconds.
PATIENCE = 20

# What Python 3 reads differently, or not at all.
TRANSLATIONS = [
    (re.compile(r"^( *)print +([^(\s].*)$", re.M), r"\1print(\2)"),
    (re.compile(r"\(object, Case, *\)"), "(Case,)"),
    (re.compile(r"binascii\.b2a_hex\("), "hexadecimal("),
    (re.compile(r"(len\(self\.payload\)) / "), r"\1 // "),
]


def as_bytes(text):
    return text.encode("latin-1") if isinstance(text, str) else text


class TextValidator:
    """Autobahn's, for texts that are bytes."""

    def __init__(self):
        self.validator = Utf8Validator()

    def reset(self):
        self.validator.reset()

    def validate(self, text):
        return self.validator.validate(as_bytes(text))


class Offer(compress.PerMessageDeflateOffer):
    """With the names that its parameters had in Python 2."""

    def __init__(self, requestNoContextTakeover=False, requestMaxWindowBits=0):
        super().__init__(True, True, requestNoContextTakeover, requestMaxWindowBits)
        self.requestNoContextTakeover = requestNoContextTakeover
        self.requestMaxWindowBits = requestMaxWindowBits


class CaseLoader(SourceFileLoader):
    def get_code(self, fullname):
        path = self.get_filename(fullname)
        source = self.get_data(path).decode("latin-1")
        for pattern, replacement in TRANSLATIONS:
            source = pattern.sub(replacement, source)
        return compile(source, path, "exec", dont_inherit=True)

    def exec_module(self, module):
        module.xrange, module.unichr = range, chr
        module.hexadecimal = lambda text: as_bytes(text).hex()
        super().exec_module(module)


class CaseFinder:
    """Finds the cases' modules, which import each other by their bare names."""

    files = FileFinder(str(SUITE / "case"), (CaseLoader, [".py"]))

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return cls.files.find_spec(name) if re.fullmatch(r"case[\d_Xx]*", name) else None


def module(name, **contents):
    made = types.ModuleType(name)
    made.__dict__.update(contents)
    return made


def all_cases():
    zope.interface.implements = lambda *interfaces: None
    stand_ins = {
        "pkg_resources": module(
            "pkg_resources", resource_filename=lambda package, path: str(SUITE / path)
        ),
        "autobahn.websocket.utf8validator": module("utf8validator", Utf8Validator=TextValidator),
        "autobahn.websocket.compress": module(
            "compress",
            PerMessageDeflateOffer=Offer,
            PerMessageDeflateOfferAccept=compress.PerMessageDeflateOfferAccept,
            PerMessageDeflateResponse=compress.PerMessageDeflateResponse,
            PerMessageDeflateResponseAccept=compress.PerMessageDeflateResponseAccept,
        ),
    }
    replaced = {name: sys.modules.get(name) for name in stand_ins}
    sys.modules.update(stand_ins)
    sys.meta_path.insert(0, CaseFinder)
    loader = CaseLoader("suite", str(SUITE / "case" / "__init__.py"))
    suite = importlib.util.module_from_spec(importlib.util.spec_from_loader("suite", loader))
    loader.exec_module(suite)
    for name, former in replaced.items():
        if former is not None:
            sys.modules[name] = former
    # Pickles of equal values are no longer equal.
    sys.modules["case"].Case.compare = lambda self, left, right: left == right
    return suite.Cases


def number(case):
    return case.__name__.removeprefix("Case").replace("_", ".")


class CaseClient(WebSocketClientProtocol):
    """A client that may send what is against the rules, because a case asks for it."""

    def connectionMade(self):
        self.createWirelog = False
        self.connectionWasOpen = False
        self.rxFrameStats, self.txFrameStats = collections.Counter(), collections.Counter()
        # The case chooses options, so it is made before they are read.
        self.case = self.factory.case(self)
        self.takesBytes = number(self.factory.case).startswith(("12.", "13."))
        super().connectionMade()

    def onOpen(self):
        self.connectionWasOpen = True
        self.case.onOpen()

    def onMessage(self, payload, isBinary):
        self.case.onMessage(payload if self.takesBytes else payload.decode("latin-1"), isBinary)

    def onPing(self, payload):
        self.case.onPing(payload.decode("latin-1"))
        if self.state == self.STATE_OPEN:
            self.sendPong(payload)

    def onPong(self, payload):
        self.case.onPong(payload.decode("latin-1"))

    def onClose(self, wasClean, code, reason):
        self.case.onClose(wasClean, code, reason)

    def connectionLost(self, reason):
        super().connectionLost(reason)
        try:
            self.case.onConnectionLost(self.failedByMe)
            reason = "" if self.wasClean else f" ({self.wasNotCleanReason})"
            result = self.case.behavior, self.case.behaviorClose, self.case.result + reason
        except Exception as error:
            # A case whose connection never opened may know nothing to expect.
            result = "FAILED", "FAILED", repr(error)
        self.factory.end(*result)

    def logTxFrame(self, frameHeader, *rest):
        self.txFrameStats[frameHeader.opcode] += 1

    def logRxFrame(self, frameHeader, *rest):
        self.rxFrameStats[frameHeader.opcode] += 1

    # What cases call.

    def sendFrame(self, opcode, payload=b"", fin=True, rsv=0, mask=None, *rest, **options):
        super().sendFrame(opcode, as_bytes(payload), fin, rsv, as_bytes(mask), *rest, **options)

    def sendMessage(self, payload, isBinary=False, *rest, **options):
        super().sendMessage(as_bytes(payload), isBinary, *rest, **options)

    def sendMessageFrameData(self, payload, sync=False):
        return super().sendMessageFrameData(as_bytes(payload), sync)

    def sendCloseFrame(self, code=None, reasonUtf8=None, isReply=False):
        super().sendCloseFrame(code, as_bytes(reasonUtf8), isReply)

    def enableWirelog(self, isEnabled):
        pass

    def later(self, seconds, action):
        reactor.callLater(
            seconds, lambda: action() if self.state != self.STATE_CLOSED else None
        )

    def continueLater(self, seconds, action, tag=None):
        self.later(seconds, action)

    def killAfter(self, seconds):
        self.later(seconds, lambda: self._fail_connection(1001, "going away"))

    def closeAfter(self, seconds):
        self.later(seconds, self.sendClose)


class CaseFactory(WebSocketClientFactory):
    protocol = CaseClient
    noisy = False

    def __init__(self, url, case, report):
        super().__init__(url)
        # A breach of the rules is answered as the rules say. A busy machine breaks none.
        self.setProtocolOptions(
            failByDrop=False,
            openHandshakeTimeout=PATIENCE,
            closeHandshakeTimeout=PATIENCE,
            serverConnectionDropTimeout=PATIENCE,
        )
        self.logFrames = True
        self.case, self.report, self.hasEnded = case, report, False

    def end(self, behavior, closing, result):
        if not self.hasEnded:
            self.hasEnded = True
            self.report(self.case, behavior, closing, result)

    def clientConnectionFailed(self, connector, reason):
        self.end("FAILED", "FAILED", reason.getErrorMessage())


class Run:
    def __init__(self, url, cases, at_once):
        self.url, self.at_once = url, at_once
        self.waiting, self.running = collections.deque(cases), 0
        self.counts = collections.defaultdict(collections.Counter)
        self.failed, self.lenient = [], []
        # Those that failed once; None while they have their second and last run.
        self.suspects = collections.deque()

    def go(self):
        while self.waiting and self.running < self.at_once:
            self.running += 1
            case = self.waiting.popleft()
            connectWS(CaseFactory(self.url, case, self.take), timeout=PATIENCE)
        if self.running:
            return
        if self.suspects:
            # Some cases give a server one second, which others at once may use up.
            self.waiting, self.suspects, self.at_once = self.suspects, None, 1
            self.go()
        else:
            reactor.stop()

    def take(self, case, behavior, closing, result):
        self.running -= 1
        reactor.callLater(0, self.go)
        has_failed = not {behavior, closing} <= {"OK", "NON-STRICT", "INFORMATIONAL"}
        if has_failed and self.suspects is not None:
            self.suspects.append(case)
            return
        name = number(case)
        self.counts[name.split(".")[0]][behavior] += 1
        if has_failed:
            self.failed.append(f"{name}: {behavior}, close {closing}: {result}")
        elif behavior == "NON-STRICT":
            self.lenient.append(name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("patterns")
    parser.add_argument("--messages", type=int)
    parser.add_argument("--at-once", type=int, default=8)
    arguments = parser.parse_args()
    patterns = arguments.patterns.split(",")
    cases = [
        case
        for case in all_cases()
        if any(fnmatch.fnmatchcase(number(case), pattern) for pattern in patterns)
    ]
    for case in cases:
        if arguments.messages and hasattr(case, "CLIENT_OFFERS"):
            case.COUNT = arguments.messages
    run = Run(arguments.url, cases, arguments.at_once)
    reactor.callWhenRunning(run.go)
    reactor.run()
    json.dump(
        {
            "cases": len(cases),
            "ends": {group: dict(ends) for group, ends in run.counts.items()},
            "failed": run.failed,
            "lenient": run.lenient,
        },
        sys.stdout,
        indent=1,
    )


main()
