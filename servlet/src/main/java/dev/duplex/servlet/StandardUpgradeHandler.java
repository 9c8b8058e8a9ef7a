package dev.duplex.servlet;

import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** What a container calls with the connection of a request that was upgraded. Public because containers make it. */
public final class StandardUpgradeHandler implements HttpUpgradeHandler {
    private volatile @Nullable UpgradedConnection connection;
    private volatile @Nullable StandardTransport transport;
    private volatile boolean destroyed;

    /** For the container. */
    public StandardUpgradeHandler() {}

    void take(UpgradedConnection upgraded) {
        connection = upgraded;
    }

    @Override
    public void init(WebConnection web) {
        UpgradedConnection upgraded = connection;
        if (upgraded == null) {
            throw new IllegalStateException("a container begins only what was upgraded");
        }
        try {
            StandardTransport taken = new StandardTransport(web, upgraded.ends());
            transport = taken;
            taken.listen();
            upgraded.begin(taken);
            // There is a container that destroys first when the client is gone, and then calls no listener
            if (destroyed) {
                taken.end(new IOException("the connection ended before it began"));
            }
        } catch (IOException e) {
            upgraded.abandon();
            throw new UncheckedIOException(e);
        } catch (IllegalStateException e) { // the container has no more events to give
            upgraded.abandon();
            throw e;
        }
    }

    @Override
    public void destroy() {
        destroyed = true;
        UpgradedConnection upgraded = connection;
        StandardTransport taken = transport;
        if (taken != null) {
            taken.end(new IOException("the container has ended the connection"));
        } else if (upgraded != null) {
            upgraded.gone();
        }
    }
}
