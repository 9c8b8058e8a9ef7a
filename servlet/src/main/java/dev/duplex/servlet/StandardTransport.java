package dev.duplex.servlet;

import dev.duplex.transport.Ends;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Arrays;

/** A blocking stream over the streams of the standard, which do not block once they have listeners (Servlet 6.0 §3.7, §5.7). */
final class StandardTransport extends ChannelTransport {
    private static final System.Logger LOG = System.getLogger(StandardTransport.class.getName());

    private final WebConnection web;
    private final ServletInputStream in;
    private final ServletOutputStream out;

    StandardTransport(WebConnection web, Ends ends) throws IOException {
        super(ends);
        this.web = web;
        this.in = web.getInputStream();
        this.out = web.getOutputStream();
    }

    void listen() {
        in.setReadListener(new Reading());
        out.setWriteListener(new Writing());
    }

    @Override
    int readNow(byte[] bytes, int offset, int length) throws IOException {
        if (in.isFinished()) {
            return -1;
        }
        return in.isReady() ? in.read(bytes, offset, length) : 0;
    }

    @Override
    void wantRead() {
        // That it was not ready has asked the container
    }

    @Override
    int writeNow(byte[] bytes, int offset, int length) throws IOException {
        if (!out.isReady()) {
            return 0;
        }
        out.write(Arrays.copyOfRange(bytes, offset, offset + length));
        return length;
    }

    @Override
    boolean flushNow() throws IOException {
        if (!out.isReady()) {
            return false;
        }
        out.flush();
        return out.isReady();
    }

    @Override
    void wantWrite() {
        // That it was not ready has asked the container
    }

    @Override
    void finishOutput() {
        // The standard has no half of a connection to close
    }

    @Override
    void cut() {
        Thread.ofVirtual().name("duplex-close").start(() -> {
            try {
                web.close();
            } catch (Exception e) { // it throws any
                LOG.log(Level.DEBUG, "closing a connection failed", e);
            }
        });
    }

    private void lost(Throwable cause) {
        failed(cause instanceof IOException io ? io : new IOException(cause));
    }

    private final class Reading implements ReadListener {
        @Override
        public void onDataAvailable() {
            readable();
        }

        @Override
        public void onAllDataRead() {
            readable();
        }

        @Override
        public void onError(Throwable cause) {
            lost(cause);
        }
    }

    private final class Writing implements WriteListener {
        @Override
        public void onWritePossible() {
            writable();
        }

        @Override
        public void onError(Throwable cause) {
            lost(cause);
        }
    }
}
