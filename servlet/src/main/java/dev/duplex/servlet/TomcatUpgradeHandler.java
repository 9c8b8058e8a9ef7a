package dev.duplex.servlet;

import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * What Tomcat calls with the connection of a request that was upgraded, and with what happens to it. Public because Tomcat makes it.
 *
 * <p>Threads: Tomcat's, one at a time because each holds the lock of the socket wrapper; none of them waits here.
 */
public final class TomcatUpgradeHandler implements InternalHttpUpgradeHandler {
    private volatile @Nullable UpgradedConnection connection;
    private volatile @Nullable TomcatConnections connections;
    private volatile @Nullable SocketWrapperBase<?> wrapper;
    private volatile @Nullable TomcatTransport transport;

    /** For Tomcat. */
    public TomcatUpgradeHandler() {}

    void take(UpgradedConnection upgraded, TomcatConnections others) {
        connection = upgraded;
        connections = others;
    }

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> taken) {
        wrapper = taken;
    }

    @Override
    public void init(WebConnection web) {
        UpgradedConnection upgraded = connection;
        TomcatConnections others = connections;
        SocketWrapperBase<?> taken = wrapper;
        if (upgraded == null || others == null || taken == null) {
            throw new IllegalStateException("Tomcat begins only what was upgraded");
        }
        TomcatTransport made = new TomcatTransport(taken, upgraded.ends(), others);
        transport = made;
        others.add(made);
        upgraded.begin(made);
    }

    /** Tomcat does not ask the network for events on its own, and keeps the processor of the connection until that is closed. */
    @Override
    public boolean hasAsyncIO() {
        return true;
    }

    @Override
    public SocketState upgradeDispatch(SocketEvent event) {
        TomcatTransport taken = transport;
        if (taken == null) {
            return SocketState.CLOSED;
        }
        switch (event) {
            case OPEN_READ -> taken.readable();
            case OPEN_WRITE -> taken.writable();
            case ERROR -> { // whoever reads or writes next is told by the wrapper which one
                taken.readable();
                taken.writable();
            }
            case TIMEOUT -> {} // not of the network: the timeouts of the wrapper are off
            case STOP, DISCONNECT, CONNECT_FAIL -> {
                return SocketState.CLOSED; // and then it calls destroy()
            }
        }
        return SocketState.ASYNC_IO;
    }

    @Override
    public void timeoutAsync(long now) {
        // Not all are told so that their connector stops; TomcatConnections finds out
    }

    @Override
    public void destroy() {
        TomcatTransport taken = transport;
        UpgradedConnection upgraded = connection;
        if (taken != null) {
            taken.failed(new IOException("Tomcat has ended the connection"));
        } else if (upgraded != null) {
            upgraded.gone();
        }
    }

    @Override
    public void pause() {
        // No connection is accepted for a while; those that are there go on
    }

    @Override
    public void setSslSupport(SSLSupport support) {
        // The request has said what there is to know of TLS
    }
}
