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
    private volatile @Nullable SocketWrapperBase<?> wrapper;
    private volatile @Nullable TomcatTransport transport;

    /** For Tomcat. */
    public TomcatUpgradeHandler() {}

    void take(UpgradedConnection upgraded) {
        connection = upgraded;
    }

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> taken) {
        wrapper = taken;
    }

    @Override
    public void init(WebConnection web) {
        UpgradedConnection upgraded = connection;
        SocketWrapperBase<?> taken = wrapper;
        if (upgraded == null || taken == null) {
            throw new IllegalStateException("Tomcat begins only what was upgraded");
        }
        TomcatTransport made = new TomcatTransport(taken, upgraded.ends());
        transport = made;
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
        SocketWrapperBase<?> network = wrapper;
        if (taken == null || network == null) {
            return SocketState.CLOSED;
        }
        switch (event) {
            case OPEN_READ -> taken.readable();
            case OPEN_WRITE -> {
                taken.writable();
                // Behind this event, and only this one, Tomcat forgets whom to tell that its connector stops
                network.processSocket(SocketEvent.TIMEOUT, true);
            }
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

    /**
     * Called each second, and with -1 before the connector stops, which closes its connections without a word.
     *
     * @param now milliseconds of the clock
     */
    @Override
    public void timeoutAsync(long now) {
        if (now < 0) {
            lost("Tomcat's connector has stopped");
        }
    }

    @Override
    public void destroy() {
        lost("Tomcat has ended the connection");
    }

    @Override
    public void pause() {
        // No connection is accepted for a while; those that are there go on
    }

    @Override
    public void setSslSupport(SSLSupport support) {
        // The request has said what there is to know of TLS
    }

    private void lost(String why) {
        TomcatTransport taken = transport;
        UpgradedConnection upgraded = connection;
        if (taken != null) {
            taken.failed(new IOException(why));
        } else if (upgraded != null) {
            upgraded.gone();
        }
    }
}
