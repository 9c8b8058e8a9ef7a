"""Python's websockets as client and server, steered as README.md says."""

import asyncio
import http
import json
import ssl
import sys
import traceback
from urllib.parse import quote, unquote

import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatusCode
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory
from websockets.frames import OP_BINARY, OP_CONT, OP_TEXT, Close
from websockets.legacy.client import WebSocketClientProtocol
from websockets.legacy.server import WebSocketServerProtocol

LIMITS = {"max_size": 64 * 1024 * 1024, "ping_interval": None, "compression": None}
EXTENSIONS = "Sec-WebSocket-Extensions"

connections = {}
running = set()


def report(event, name, *fields):
    print(*(quote(str(word), safe="") for word in (event, name, *fields)), flush=True)


def in_background(coroutine):
    task = asyncio.ensure_future(coroutine)
    running.add(task)
    task.add_done_callback(running.discard)


class ReportingPings:
    """The library answers pings by itself, here, and tells nobody."""

    name = None

    async def pong(self, data=b""):
        await super().pong(data)
        report("ping", self.name, bytes(data).hex())


class Server(ReportingPings, WebSocketServerProtocol):
    pass


class Client(ReportingPings, WebSocketClientProtocol):
    pass


def header(headers, name):
    return ", ".join(headers.get_all(name))


async def converse(name, ws, echo, target=""):
    connections[name] = ws
    ws.name = name
    tls = ws.transport.get_extra_info("ssl_object")
    report(
        "open",
        name,
        ws.subprotocol or "",
        header(ws.request_headers, EXTENSIONS),
        header(ws.response_headers, EXTENSIONS),
        target,
        getattr(tls and tls.context, "asked_for", ""),
    )
    try:
        while True:
            message = await ws.recv()
            if echo:
                await ws.send(message)
            elif isinstance(message, str):
                report("text", name, message)
            else:
                report("binary", name, message.hex())
    except ConnectionClosed:
        await ws.wait_closed()
        received = ws.close_rcvd
        report("closed", name, received.code if received else 1006, received.reason if received else "")


async def listen(listener, options):
    o = json.loads(options)
    accepted = 0

    async def accept(ws):
        nonlocal accepted
        accepted += 1
        await converse(f"{listener}/{accepted}", ws, o.get("echo"), ws.path)

    async def process_request(path, headers):
        if "status" in o:
            return http.HTTPStatus(o["status"]), {}, b"refused\n"

    context = None
    if "tls" in o:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(o["tls"]["cert"], o["tls"]["key"])
        context.sni_callback = lambda tls, server_name, c: setattr(c, "asked_for", server_name or "")
    server = await websockets.serve(
        accept,
        "127.0.0.1",
        0,
        ssl=context,
        create_protocol=Server,
        process_request=process_request,
        subprotocols=o.get("protocols"),
        extensions=[ServerPerMessageDeflateFactory(**o["deflate"])] if "deflate" in o else None,
        **LIMITS,
    )
    report("listening", listener, server.sockets[0].getsockname()[1])


async def connect(name, options):
    o = json.loads(options)
    try:
        ws = await websockets.connect(
            o["url"],
            ssl=ssl.create_default_context(cafile=o["ca"]) if "ca" in o else None,
            create_protocol=Client,
            subprotocols=o.get("protocols"),
            extensions=[ClientPerMessageDeflateFactory(**o["deflate"])] if "deflate" in o else None,
            **LIMITS,
        )
    except InvalidStatusCode as e:
        report("refused", name, e.status_code)
        return
    in_background(converse(name, ws, o.get("echo")))


async def text(name, string):
    await connections[name].send(string)


async def frames(name, kind, *parts):
    opcode = OP_TEXT if kind == "text" else OP_BINARY
    for i, part in enumerate(parts):
        await connections[name].write_frame(i == len(parts) - 1, opcode, bytes.fromhex(part))
        opcode = OP_CONT


async def ping(name, data):
    await (await connections[name].ping(bytes.fromhex(data)))
    report("pong", name, data)


async def close(name, code=None, reason=""):
    if code is None:
        # close() insists on a code; its inner step takes the frame's payload as it is.
        await connections[name].write_close_frame(Close(1005, ""), b"")
    else:
        await connections[name].close(int(code), reason)


async def terminate(name):
    connections[name].transport.abort()


COMMANDS = {f.__name__: f for f in (listen, connect, text, frames, ping, close, terminate)}


async def command(verb, name, *fields):
    try:
        await COMMANDS[verb](name, *fields)
    except Exception as e:
        traceback.print_exc()
        report("failed", name, e)


async def main():
    lines = asyncio.StreamReader(limit=1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        in_background(command(*map(unquote, line.decode().rstrip("\n").split(" "))))


asyncio.run(main())
