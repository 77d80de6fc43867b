"""A client of server-sent events that does what its standard input says.

streaming.py LIBRARY URL TOKEN RECORD [LAST_ID]

LIBRARY is one of the PyPI packages httpx-sse and aiosseclient. Begins at once, and after that with
each line `resume`, naming the last identifier it has; `cut` drops the connection. Prints `ready`.
What comes is a line of the file RECORD each, as JSON: an event that has data; `{"opened":ID}` for
one without, `{"ended":true}` for the end of a stream, `{"refused":STATUS}` or `{"failed":REASON}`.
"""

import asyncio
import json
import sys

import aiohttp
import httpx
from aiosseclient import aiosseclient
from httpx_sse import SSEError, aconnect_sse

LIBRARY, URL, TOKEN, RECORD = sys.argv[1:5]


class Stream:
    def __init__(self, record, last_id):
        self.record = record
        self.last_id = last_id

    def note(self, **what):
        self.record.write(json.dumps(what) + "\n")

    def take(self, event):
        if event.id:
            self.last_id = event.id
        if event.data:
            self.note(event=event.event, id=event.id, data=json.loads(event.data))
        else:
            self.note(opened=event.id)

    def headers(self):
        return {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}

    async def read_httpx_sse(self):
        headers = self.headers()
        if self.last_id:
            headers["Last-Event-ID"] = self.last_id
        async with httpx.AsyncClient(timeout=None) as client:
            async with aconnect_sse(client, "GET", URL, headers=headers) as source:
                try:
                    async for event in source.aiter_sse():
                        self.take(event)
                except SSEError:
                    self.note(refused=source.response.status_code)
                    return
        self.note(ended=True)

    async def read_aiosseclient(self):
        async for event in aiosseclient(
                URL, last_id=self.last_id, headers=self.headers(), raise_for_status=True):
            self.take(event)
        self.note(ended=True)

    async def read(self):
        try:
            await {"httpx-sse": self.read_httpx_sse,
                   "aiosseclient": self.read_aiosseclient}[LIBRARY]()
        except aiohttp.ClientResponseError as refusal:
            self.note(refused=refusal.status)
        except (httpx.HTTPError, aiohttp.ClientError) as reason:
            self.note(failed=str(reason))


async def main():
    record = open(RECORD, "a", buffering=1, encoding="utf-8")
    stream = Stream(record, sys.argv[5] if len(sys.argv) > 5 else None)
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    reading = asyncio.create_task(stream.read())
    print("ready", flush=True)
    while line := (await commands.readline()).decode().rstrip("\n"):
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        if line == "resume":
            reading = asyncio.create_task(stream.read())
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


asyncio.run(main())
