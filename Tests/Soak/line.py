"""A line between a client and the daemon that can be cut and held up, whatever is spoken on it."""

import asyncio
import socket

# What is under way on a line that is held up: little, so that the daemon soon feels it.
READ_BYTES = 2048
RECEIVE_BYTES = 4096
SEGMENT_BYTES = 536


class Line:
    def __init__(self, port):
        self.daemon_port = port
        self.server = None
        self.writers = set()
        self.flows = asyncio.Event()
        self.flows.set()

    async def open(self):
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", 0, limit=READ_BYTES)
        return self.server.sockets[0].getsockname()[1]

    def cut(self):
        """Ends every connection at once, with what was under way on it."""
        for writer in list(self.writers):
            writer.transport.abort()

    async def hold_up(self, seconds):
        """What the daemon sends comes to nobody for a while."""
        self.flows.clear()
        await asyncio.sleep(seconds)
        self.flows.set()

    async def _carry(self, reader, writer):
        try:
            there, back = await self._dial()
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
            return
        self.writers |= {writer, back}
        try:
            await asyncio.gather(
                self._pump(reader, back, holds=False), self._pump(there, writer, holds=True))
        except asyncio.CancelledError:
            # The soak is over.
            pass
        finally:
            for end in (writer, back):
                self.writers.discard(end)
                end.transport.abort()

    async def _dial(self):
        end = socket.socket()
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
        end.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(end, ("127.0.0.1", self.daemon_port))
        except OSError:
            end.close()
            raise
        return await asyncio.open_connection(sock=end, limit=READ_BYTES)

    async def _pump(self, reader, writer, holds):
        try:
            while True:
                if holds:
                    await self.flows.wait()
                data = await reader.read(READ_BYTES)
                if holds:
                    await self.flows.wait()
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
        except OSError:
            writer.transport.abort()
