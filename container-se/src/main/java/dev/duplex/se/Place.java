package dev.duplex.se;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a server is told to listen. */
sealed interface Place {
    /**
     * The address to listen on.
     *
     * @throws IOException when the host has none
     */
    SocketAddress address() throws IOException;

    /**
     * What the URIs of this place begin with, up to the path.
     *
     * @param port the one that it got
     */
    String base(boolean tls, int port);

    /** How a failure names it. */
    String name(boolean tls);

    /** A host's port, without the brackets of an address of IPv6; port 0 for any that is free. */
    record Tcp(String host, int port) implements Place {
        /**
         * A host's port.
         *
         * @throws IllegalArgumentException if the port is not between 0 and 65535
         */
        public Tcp {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("a port is between 0 and 65535, which " + port + " is not");
            }
            host = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        }

        @Override
        public InetSocketAddress address() throws IOException {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        }

        @Override
        public String base(boolean tls, int boundPort) {
            return (tls ? "wss://" : "ws://") + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + boundPort;
        }

        @Override
        public String name(boolean tls) {
            return base(tls, port);
        }
    }

    /**
     * A Unix domain socket.
     *
     * @param permissions null for what the process gives its files
     */
    record Unix(Path file, @Nullable Set<PosixFilePermission> permissions) implements Place {
        @Override
        public UnixDomainSocketAddress address() {
            return UnixDomainSocketAddress.of(file);
        }

        /** As Node's ws writes them; there is no standard. */
        @Override
        public String base(boolean tls, int noPort) {
            try {
                return "ws+unix:" + new URI(null, null, file.toAbsolutePath().toString(), null).getRawPath() + ":";
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("the path " + file + " cannot stand in a URI", e);
            }
        }

        @Override
        public String name(boolean tls) {
            return file.toString();
        }
    }
}
