package dev.duplex.peer.interop;

/** A listening server in a child process. Confined to the test's thread. */
final class RemoteServer {
    private final PeerProcess process;
    private final String name;
    private final int port;
    private int accepted;

    RemoteServer(PeerProcess process, String name, int port) {
        this.process = process;
        this.name = name;
        this.port = port;
    }

    int port() {
        return port;
    }

    /** The next connection that it accepts. */
    RemotePeer accept() {
        return new RemotePeer(process, name + "/" + ++accepted);
    }
}
