package dev.duplex.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class AcceptorTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    /** Connections over the limit that are told so. */
    private static final int REFUSED = 128;

    private final BlockingQueue<Guest> begun = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new ArrayList<>();

    /** A connection that is open until the test ends it. */
    private final class Guest implements Acceptor.Visitor {
        final Socket socket;
        volatile boolean welcome;
        volatile boolean virtual;

        Guest(Socket socket) {
            this.socket = socket;
        }

        @Override
        public void begin(boolean welcome) {
            this.welcome = welcome;
            virtual = Thread.currentThread().isVirtual();
            begun.add(this);
        }
    }

    @AfterEach
    void closeSockets() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        for (Guest guest : begun) {
            guest.socket.close();
        }
    }

    private Acceptor<Guest> acceptor(int maxConnections) throws IOException {
        return acceptor(maxConnections, ANY_PORT);
    }

    private Acceptor<Guest> acceptor(int maxConnections, SocketAddress... addresses) throws IOException {
        Acceptor<Guest> acceptor = new Acceptor<>(maxConnections, Guest::new);
        for (SocketAddress address : addresses) {
            acceptor.listen(address);
        }
        acceptor.start();
        return acceptor;
    }

    private Socket connect(Acceptor<?> acceptor) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), acceptor.port());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    private Guest nextGuest() throws InterruptedException {
        Guest guest = begun.poll(20, TimeUnit.SECONDS);
        assertThat(guest).as("a connection began").isNotNull();
        sockets.add(guest.socket);
        return guest;
    }

    private static void assertCut(Socket socket) throws IOException {
        int read;
        try {
            read = socket.getInputStream().read();
        } catch (SocketException e) {
            read = -1; // a reset
        }
        assertThat(read).isEqualTo(-1);
    }

    @Test
    void givesEachConnectionAVirtualThreadAndAPlaceUntilItHasEnded() throws Exception {
        try (Acceptor<Guest> acceptor = acceptor(10)) {
            connect(acceptor).getOutputStream().write(7);
            Guest one = nextGuest();
            connect(acceptor);
            Guest other = nextGuest();
            assertThat(one.virtual).isTrue();
            assertThat(one.socket.getInputStream().read()).isEqualTo(7);
            assertThat(acceptor.visitors()).containsExactlyInAnyOrder(one, other);
            acceptor.ended(one);
            assertThat(acceptor.visitors()).containsExactly(other);
        }
    }

    @Test
    void thoseOverTheLimitAreNotWelcomeAndEvenMoreAreCut() throws Exception {
        try (Acceptor<Guest> acceptor = acceptor(2)) {
            List<Guest> guests = new ArrayList<>();
            for (int i = 0; i < 2 + REFUSED; i++) {
                connect(acceptor);
                guests.add(nextGuest());
                assertThat(guests.getLast().welcome)
                        .as("connection %d is welcome", i)
                        .isEqualTo(i < 2);
            }
            assertCut(connect(acceptor));
            // Each that ends makes room for one; ending twice does not make room for two
            acceptor.ended(guests.getFirst());
            acceptor.ended(guests.getFirst());
            connect(acceptor);
            assertThat(nextGuest().welcome).isFalse();
            assertCut(connect(acceptor));
            assertThat(acceptor.visitors()).hasSize(2 + REFUSED);
            for (Guest guest : guests) {
                acceptor.ended(guest);
            }
            connect(acceptor);
            assertThat(nextGuest().welcome).isTrue();
        }
    }

    @Test
    void listensOnSeveralAddressesWithOneAccount(@TempDir Path folder) throws Exception {
        UnixDomainSocketAddress file = UnixDomainSocketAddress.of(folder.resolve("socket"));
        try (Acceptor<Guest> acceptor = acceptor(2, ANY_PORT, file, ANY_PORT)) {
            assertThat(acceptor.addresses()).hasSize(3).contains(file, Index.atIndex(1));
            assertThat(acceptor.addresses().getFirst()).isEqualTo(address(acceptor));
            List<Socket> clients = new ArrayList<>();
            for (SocketAddress each : acceptor.addresses()) {
                Socket client = each instanceof InetSocketAddress inet
                        ? new Socket(inet.getAddress(), inet.getPort())
                        : new UnixSocket(SocketChannel.open(each));
                sockets.add(client);
                clients.add(client);
                Guest guest = nextGuest();
                assertThat(guest.welcome).isEqualTo(clients.size() <= 2);
                guest.socket.getOutputStream().write(clients.size());
                assertThat(client.getInputStream().read()).isEqualTo(clients.size());
            }
            assertThat(acceptor.visitors()).hasSize(3);
        }
        assertThat(file.getPath()).doesNotExist();
    }

    @Test
    void closingLetsNobodyInAndLeavesWhatIsOpen() throws Exception {
        Acceptor<Guest> acceptor = acceptor(10);
        Socket socket = connect(acceptor);
        Guest guest = nextGuest();
        assertThat(acceptor.closed()).isFalse();
        acceptor.close();
        acceptor.close();
        assertThat(acceptor.closed()).isTrue();
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(acceptor));
        assertThat(acceptor.visitors()).containsExactly(guest);
        guest.socket.getOutputStream().write(7);
        assertThat(socket.getInputStream().read()).isEqualTo(7);
    }

    @Test
    void connectionsThatNobodyCanBeMadeOfAreCutAndSaidOnceAndTheNextOneIsServed() throws Exception {
        AtomicInteger failures = new AtomicInteger(3);
        List<String> said = Collections.synchronizedList(new ArrayList<>());
        Logger logger = Logger.getLogger(Acceptor.class.getName());
        logger.setFilter(said(said));
        try (Acceptor<Guest> acceptor = new Acceptor<>(1, socket -> {
            if (failures.getAndDecrement() > 0) {
                throw new IllegalStateException("no memory for it");
            }
            return new Guest(socket);
        })) {
            acceptor.listen(ANY_PORT);
            acceptor.start();
            for (int i = 0; i < 3; i++) {
                assertCut(connect(acceptor));
            }
            connect(acceptor);
            assertThat(nextGuest().welcome).isTrue();
            assertThat(said)
                    .containsExactly(
                            "no connection can be accepted at " + address(acceptor) + ", trying on: no memory for it");
        } finally {
            logger.setFilter(null);
        }
    }

    private static InetSocketAddress address(Acceptor<?> acceptor) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), acceptor.port());
    }

    /** Keeps what is logged instead of printing it. */
    private static Filter said(List<String> said) {
        return record -> {
            said.add(record.getMessage() + ": " + record.getThrown().getMessage());
            return false;
        };
    }

    @Test
    void anAddressInUseIsSaidSo() throws Exception {
        try (Acceptor<Guest> first = acceptor(1);
                Acceptor<Guest> other = new Acceptor<>(1, Guest::new)) {
            InetSocketAddress taken = address(first);
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> other.listen(taken))
                    .withMessageStartingWith("Cannot listen on " + taken + ": ")
                    .withCauseInstanceOf(IOException.class);
        }
    }
}
