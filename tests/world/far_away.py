"""Puts services some distance away: what goes to them and what comes back takes half of a round trip each.

    far_away.py MILLISECONDS [tcp|udp LISTEN_HOST:PORT TARGET_HOST:PORT]...

A connection costs one round trip more before its first byte, as its handshake would.
"""
import asyncio
import sys


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


class Link:
    """One direction: bytes come out in their order, each half of a round trip later."""

    def __init__(self, distance, writer):
        self.distance, self.writer, self.queue = distance, writer, asyncio.Queue()

    async def take(self, reader, first_delay):
        extra = first_delay
        while data := await reader.read(65536):
            self.queue.put_nowait((asyncio.get_running_loop().time() + self.distance + extra, data))
            extra = 0
        self.queue.put_nowait((asyncio.get_running_loop().time() + self.distance, None))

    async def give(self):
        while True:
            due, data = await self.queue.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            if data is None:
                break
            self.writer.write(data)
            await self.writer.drain()
        self.writer.close()


async def relay(distance, target, reader, writer):
    try:
        far_reader, far_writer = await asyncio.open_connection(*target)
        there, back = Link(distance, far_writer), Link(distance, writer)
        await asyncio.gather(there.take(reader, 2 * distance), there.give(), back.take(far_reader, 0), back.give())
    except OSError:
        pass  # the connection was cut, which both ends see
    finally:
        writer.close()


class Answers(asyncio.DatagramProtocol):
    def __init__(self, distance, reply):
        self.distance, self.reply = distance, reply

    def datagram_received(self, data, _):
        asyncio.get_running_loop().call_later(self.distance, self.reply, data)


class Questions(asyncio.DatagramProtocol):
    """Each question has a socket of its own."""

    def __init__(self, distance, target):
        self.distance, self.target, self.transport = distance, target, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, source):
        asyncio.get_running_loop().call_later(self.distance, lambda: asyncio.ensure_future(self.ask(data, source)))

    async def ask(self, data, source):
        loop = asyncio.get_running_loop()
        reply = lambda answer: self.transport.sendto(answer, source)
        far, _ = await loop.create_datagram_endpoint(lambda: Answers(self.distance, reply), remote_addr=self.target)
        far.sendto(data)
        loop.call_later(10, far.close)


async def main(words):
    distance, loop = int(words.pop(0)) / 2000, asyncio.get_running_loop()
    while words:
        kind, listen, target = words.pop(0), address(words.pop(0)), address(words.pop(0))
        if kind == "tcp":
            await asyncio.start_server(lambda r, w, t=target: relay(distance, t, r, w), *listen)
        else:
            await loop.create_datagram_endpoint(lambda t=target: Questions(distance, t), local_addr=listen)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1:]))
