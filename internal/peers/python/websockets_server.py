"""An echo server on the PyPI package websockets.

Prints its port and version, and ends with its standard input.
"""

import asyncio
import sys

import websockets
from websockets.asyncio.server import serve


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main():
    async with serve(echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        print(port, websockets.__version__, flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.close(close_connections=True)


asyncio.run(main())
