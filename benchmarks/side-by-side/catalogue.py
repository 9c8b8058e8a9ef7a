"""Which servers there are, and what is measured on them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Server:
    """A program that is started on a port of its own."""

    name: str
    label: str
    module: str  # its folder below servers/
    properties: tuple = ()  # given as -D to its JVM
    jakarta: bool = True  # whether it runs Endpoints.java
    deflate_path: str = "/echo"  # the path on which it compresses

    @property
    def is_jvm(self):
        return self.module != RAW

    @property
    def is_duplex(self):
        return self.module.startswith("duplex")


@dataclass(frozen=True)
class Cell:
    """A load and the figure that comes of it. The fields are options of wsload."""

    name: str
    title: str
    connections: int = 64
    in_flight: int = 1
    payload: int = 125
    path: str = "/echo"
    mode: str = "echo"
    flags: tuple = ()
    unit: str = "messages"


RAW = "raw"

SERVERS = {
    server.name: server
    for server in (
        Server("duplex", "Duplex", "duplex"),
        Server("duplex-peer", "Duplex, WsPeer", "duplex", ("api=peer",), jakarta=False),
        Server("duplex-tomcat", "Duplex in Tomcat 11", "duplex-tomcat"),
        Server("duplex-undertow", "Duplex in Undertow 2.3", "duplex-undertow"),
        Server("duplex-jetty", "Duplex in Jetty 12.1", "duplex-jetty"),
        Server("tomcat", "Tomcat 11", "tomcat"),
        Server("tomcat-virtual", "Tomcat 11, virtual threads", "tomcat", ("virtual=true",)),
        Server("jetty", "Jetty 12.1", "jetty"),
        Server("jetty-virtual", "Jetty 12.1, virtual threads", "jetty", ("virtual=true",)),
        Server("undertow", "Undertow 2.3", "undertow", ("deflate=true",)),
        Server("tyrus", "Tyrus 2.2", "tyrus", deflate_path="/deflate"),
        Server("helidon", "Helidon 4.3", "helidon", jakarta=False),
        Server("netty", "Netty 4.2, epoll", "netty", ("transport=epoll",), jakarta=False),
        Server("netty-nio", "Netty 4.2, NIO", "netty", ("transport=nio",), jakarta=False),
        Server("netty-deflate", "Netty 4.2, compressing", "netty", ("transport=epoll", "deflate=true"), jakarta=False),
        Server(RAW, "bytes without WebSocket, C", RAW, jakarta=False),
    )
}

CELLS = {
    cell.name: cell
    for cell in (
        Cell("echo", "64 × 1 × 125 B, sendText"),
        Cell("echo-deep", "64 × 16 × 125 B, sendText", in_flight=16),
        Cell("return", "64 × 1 × 125 B, returned", path="/return"),
        Cell("return-deep", "64 × 16 × 125 B, returned", in_flight=16, path="/return"),
        Cell("16k", "64 × 4 × 16 KiB", in_flight=4, payload=16384, path="/big", flags=("--binary",)),
        Cell("16k-limit", "64 × 4 × 16 KiB, limit 64 KiB", in_flight=4, payload=16384, path="/mid", flags=("--binary",)),
        Cell("16k-text", "64 × 4 × 16 KiB, text", in_flight=4, payload=16384, path="/big"),
        Cell("1m", "8 × 2 × 1 MiB", connections=8, in_flight=2, payload=1 << 20, path="/big", flags=("--binary",)),
        Cell("single", "1 × 1 × 64 B", connections=1, payload=64),
        Cell("many", "10,000 × 1 × 125 B", connections=10_000),
        Cell("broadcast", "broadcast to 1000", connections=1000, path="/broadcast", mode="broadcast"),
        Cell("handshakes", "opening and closing", mode="connect", unit="connections"),
        Cell("deflate", "64 × 4 × 1 KiB, compressed", in_flight=4, payload=1024, flags=("--deflate",)),
    )
}

RAW_CELLS = {"echo", "echo-deep", "16k", "16k-text", "1m", "single", "many"}  # that rawecho can answer

# What each server does before it is measured, and its part of the time for that: with these all paths of it are compiled.
WARM_UP = (("echo-deep", 0.4), ("echo", 0.25), ("16k", 0.15))
WARM_UP_IF_MEASURED = (("return-deep", 0.3), ("return", 0.15), ("broadcast", 0.12), ("handshakes", 0.12), ("1m", 0.1), ("deflate", 0.3))
