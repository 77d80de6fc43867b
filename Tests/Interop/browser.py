"""A page in a headless browser that does what standard input says.

browser.py PAGE RECORD

Opens PAGE in Chromium and prints the browser's name and version. Each line of standard input is an
expression of JavaScript that the page evaluates, where these are there already:

    stream(name, url)             an EventSource
    socket(name, url, protocols)  a WebSocket; `sockets[name].send(…)`

What comes to them is a line of the file RECORD each, as JSON: `{"of":name,"event":…}`, with `id` and
`data` of an event, `data` of a message, `code`, `reason` and `wasClean` of a close.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile

from websockets.asyncio.client import connect

PAGE, RECORD = sys.argv[1:3]

EVENT_TYPES = [
    "temperature_update", "temperature_alert", "location_update", "order_update", "data_loss",
    "sensor_silent", "sensor_returned", "alert_update", "reset", "subscription_revoked",
]

# EventSource gives events that are named to listeners of that name only.
IN_PAGE = """
globalThis.sockets = {};
function tell(what) { note(JSON.stringify(what)); }
function stream(name, url) {
    const source = new EventSource(url);
    sockets[name] = source;
    source.onopen = () => tell({of: name, event: "open"});
    source.onerror = () => tell({of: name, event: "error", isClosed: source.readyState === 2});
    source.onmessage = (it) => tell({of: name, event: "message", data: JSON.parse(it.data)});
    for (const type of TYPES)
        source.addEventListener(type, (it) =>
            tell({of: name, event: type, id: it.lastEventId, data: JSON.parse(it.data)}));
}
function socket(name, url, protocols) {
    const socket = new WebSocket(url, protocols || []);
    sockets[name] = socket;
    socket.onopen = () => tell({of: name, event: "open", protocol: socket.protocol});
    socket.onmessage = (it) => tell({of: name, event: "message", data: JSON.parse(it.data)});
    socket.onclose = (it) =>
        tell({of: name, event: "close", code: it.code, reason: it.reason, wasClean: it.wasClean});
}
""".replace("TYPES", json.dumps(EVENT_TYPES))


class Page:
    """The one page of the browser, by the Chrome DevTools Protocol."""

    def __init__(self, socket, record):
        self.socket = socket
        self.record = record
        self.number = 0
        self.answers = {}
        self.loaded = asyncio.Event()

    async def read(self):
        async for text in self.socket:
            message = json.loads(text)
            if "id" in message:
                self.answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Runtime.bindingCalled":
                self.record.write(message["params"]["payload"] + "\n")
            elif message["method"] == "Page.loadEventFired":
                self.loaded.set()

    async def ask(self, method, session=None, **parameters):
        self.number += 1
        answer = asyncio.get_running_loop().create_future()
        self.answers[self.number] = answer
        request = {"id": self.number, "method": method, "params": parameters}
        if session:
            request["sessionId"] = session
        await self.socket.send(json.dumps(request))
        message = await asyncio.wait_for(answer, 60)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    async def evaluate(self, session, expression):
        result = await self.ask("Runtime.evaluate", session, expression=expression)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']}")

    async def serve(self):
        version = await self.ask("Browser.getVersion")
        target = (await self.ask("Target.createTarget", url="about:blank"))["targetId"]
        session = (await self.ask(
            "Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for method in ("Runtime.enable", "Page.enable"):
            await self.ask(method, session)
        await self.ask("Runtime.addBinding", session, name="note")
        await self.ask("Page.addScriptToEvaluateOnNewDocument", session, source=IN_PAGE)
        opened = await self.ask("Page.navigate", session, url=PAGE)
        if "errorText" in opened:
            raise RuntimeError(f"{PAGE}: {opened['errorText']}")
        await asyncio.wait_for(self.loaded.wait(), 60)
        print(version["product"], flush=True)
        commands = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        while line := (await commands.readline()).decode().rstrip("\n"):
            await self.evaluate(session, line)


async def address_of(browser, profile):
    """Where the browser answers; it writes that into its profile."""
    path = os.path.join(profile, "DevToolsActivePort")
    for _ in range(600):
        if os.path.exists(path):
            lines = open(path, encoding="utf-8").read().split("\n")
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        if browser.returncode is not None:
            break
        await asyncio.sleep(0.1)
    raise RuntimeError("the browser did not start")


async def main():
    profile = tempfile.mkdtemp(prefix="browser-")
    # Its own sandbox needs another user than root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = await asyncio.create_subprocess_exec(
        "chromium", "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}",
        "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-dev-shm-usage", *options, "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL)
    try:
        with open(RECORD, "a", buffering=1, encoding="utf-8") as record:
            address = await address_of(browser, profile)
            async with connect(address, max_size=None, compression=None) as socket:
                page = Page(socket, record)
                reading = asyncio.create_task(page.read())
                await page.serve()
                reading.cancel()
    finally:
        if browser.returncode is None:
            browser.kill()
        await browser.wait()
        shutil.rmtree(profile, ignore_errors=True)


asyncio.run(main())
