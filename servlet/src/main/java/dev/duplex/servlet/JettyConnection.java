package dev.duplex.servlet;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/** What Jetty puts in the place of its HTTP connection once the answer with status 101 is written. Threads: Jetty's. */
final class JettyConnection extends AbstractConnection implements Connection.UpgradeTo {
    private final UpgradedConnection connection;
    private final JettyTransport transport;

    JettyConnection(EndPoint endPoint, Executor executor, UpgradedConnection connection) {
        super(endPoint, executor);
        this.connection = connection;
        this.transport = new JettyTransport(endPoint, connection.ends());
    }

    @Override
    public void onUpgradeTo(ByteBuffer buffer) {
        transport.ahead(buffer);
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(0);
        connection.begin(transport);
    }

    /** The engine has timeouts of its own. Jetty sets one when it shuts down, whatever was set before. */
    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        return false;
    }

    @Override
    public void onFillable() {
        transport.readable();
    }

    @Override
    public void onClose(Throwable cause) {
        transport.failed(new ClosedChannelException());
        super.onClose(cause);
    }
}
