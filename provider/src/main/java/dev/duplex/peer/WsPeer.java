package dev.duplex.peer;

import dev.duplex.engine.Connected;
import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.PongTimeout;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.FrameHeader;
import dev.duplex.frame.Opcodes;
import dev.duplex.frame.ProtocolFailure;
import dev.duplex.handshake.ResponseHead;
import jakarta.websocket.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket connection, of either role, after its opening handshake. Four verbs block: {@code read}, {@code write}, {@code shutdown},
 * {@code close}.
 *
 * <p>Threads: every method is for any thread. Reads take turns, whole messages are written in the order in which they were asked for, and
 * a thread that reads never waits for one that writes, unless to answer a Close. An interrupt ends the wait for a turn with {@link
 * InterruptedIOException}, and the connection stays usable. A virtual thread that is inside the socket has it closed by the JDK: the
 * connection ends, and what was under way fails with an IOException. On a platform thread that is inside the socket it has no effect.
 *
 * <p>While nobody reads, Pings of the remote end are answered only when the keep-alive looks, each {@link PeerOptions#pingFrequency()}.
 */
public final class WsPeer implements AutoCloseable {
    private final Connection connection;
    private final @Nullable String request; // its head as text: read again when asked for, which is seldom
    private final @Nullable ResponseHead response;
    private final @Nullable String subprotocol;

    private final boolean ofSession; // whose endpoint reads

    // Guarded by the reading side of the connection
    private boolean inFragments;
    private @Nullable Assembly assembly;

    /** The fragments of a message that has not come to its end. */
    private static final class Assembly {
        final Opcode opcode;
        final ByteArrayOutputStream data = new ByteArrayOutputStream();

        Assembly(Opcode opcode) {
            this.opcode = opcode;
        }
    }

    WsPeer(
            Connection connection,
            @Nullable String request,
            @Nullable ResponseHead response,
            @Nullable String subprotocol) {
        this.connection = connection;
        this.request = request;
        this.response = response;
        this.subprotocol = subprotocol;
        this.ofSession = false;
    }

    private WsPeer(Connection connection, boolean ofSession) {
        this.connection = connection;
        this.request = null;
        this.response = null;
        this.subprotocol = null;
        this.ofSession = ofSession;
    }

    /**
     * The connection of a Jakarta session as a peer. All but reading is there, also from the endpoint's callbacks: messages go to the
     * endpoint, and a read throws {@link IllegalStateException}. Two peers of one session are equal.
     *
     * @throws IllegalArgumentException when another implementation made the session
     */
    public static WsPeer of(Session session) {
        if (session instanceof Connected connected) {
            return new WsPeer(connected.connection(), true);
        }
        throw new IllegalArgumentException(
                "Only a session of Duplex has a peer, and not what another implementation or a" + " wrapper made: "
                        + session.getClass().getName());
    }

    /** Begins to wrap a connected socket of the caller's. */
    public static Over over(Socket socket) {
        return new Over(socket);
    }

    /**
     * Waits for the next data frame: text, binary or continuation, as it was sent. Pings are answered and Pongs taken inside.
     *
     * @return null when the connection has ended; {@link #closeReason()} tells how
     * @throws ProtocolException when the remote end broke a rule; it was told, and the connection has ended
     * @throws PongTimeoutException when the remote end fell silent, once; then null is returned
     */
    public @Nullable Frame read() throws IOException {
        return readFrame(0);
    }

    /**
     * Waits for the next data frame no longer than the timeout.
     *
     * @throws java.net.SocketTimeoutException when time ran out. The connection stays usable: a frame that was half read goes on at the next
     *     call
     * @see #read()
     */
    public @Nullable Frame read(Duration timeout) throws IOException {
        return readFrame(nanos(timeout));
    }

    /**
     * Waits for the next whole message, its fragments put together.
     *
     * @return null when the connection has ended; {@link #closeReason()} tells how
     * @throws IllegalStateException when {@link #read()} has read a part of the message
     * @see #read()
     */
    public @Nullable Message readMessage() throws IOException {
        return readWhole(0);
    }

    /**
     * Waits for the next whole message no longer than the timeout.
     *
     * @throws java.net.SocketTimeoutException when time ran out. The fragments that came are kept for the next call
     * @see #readMessage()
     */
    public @Nullable Message readMessage(Duration timeout) throws IOException {
        return readWhole(nanos(timeout));
    }

    /**
     * Sends a text message within the write timeout. A surrogate without its other half becomes a question mark.
     *
     * @return the bytes put on the wire, header included
     * @throws java.net.SocketTimeoutException when time ran out; the text says whether the connection is still usable
     * @throws IOException when the connection is closed, closing or broken
     * @throws IllegalStateException inside a message of this thread's that lacks its last fragment
     */
    public int write(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return connection.write(Opcodes.TEXT, true, bytes, 0, bytes.length);
    }

    /** Sends a text message within a timeout. See {@link #write(String)}. */
    public int write(String text, Duration timeout) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return connection.write(Opcodes.TEXT, true, bytes, 0, bytes.length, nanos(timeout));
    }

    /** Sends a binary message within the write timeout. See {@link #write(String)}. */
    public int write(byte[] data) throws IOException {
        return connection.write(Opcodes.BINARY, true, data, 0, data.length);
    }

    /** Sends a binary message within a timeout. See {@link #write(String)}. */
    public int write(byte[] data, Duration timeout) throws IOException {
        return connection.write(Opcodes.BINARY, true, data, 0, data.length, nanos(timeout));
    }

    /**
     * Sends that frame within the write timeout. After a first fragment, other threads' messages wait for the last one.
     *
     * @throws IllegalArgumentException for a control frame
     * @throws IllegalStateException for a continuation without a message, and for a new message inside one of this thread's
     * @see #write(String)
     */
    public int write(Frame frame) throws IOException {
        requireData(frame.opcode());
        return connection.write(frame.opcode().code(), frame.fin(), frame.data(), 0, frame.data().length);
    }

    /** Sends that frame within a timeout. See {@link #write(Frame)}. */
    public int write(Frame frame, Duration timeout) throws IOException {
        requireData(frame.opcode());
        return connection.write(
                frame.opcode().code(), frame.fin(), frame.data(), 0, frame.data().length, nanos(timeout));
    }

    /** Shuts down with 1000. See {@link #shutdown(int, String)}. */
    public boolean shutdown() {
        return shutdown(CloseReason.NORMAL, "");
    }

    /**
     * Sends a Close, discards what arrives until the remote end's, then closes TCP as RFC 6455 §7.1.1 asks. Takes at most {@link
     * PeerOptions#shutdownTimeout()}. A second call waits for the first.
     *
     * @param code 1000 to 1003, 1007 to 1014, or 3000 to 4999
     * @param reason at most 123 bytes of UTF-8
     * @return whether the closing handshake completed; when not, the connection is closed all the same
     * @throws IllegalArgumentException for another code or a longer reason; nothing is sent
     */
    public boolean shutdown(int code, String reason) {
        return connection.shutdown(
                CloseFrame.of(code, reason), connection.settings().shutdownTimeout());
    }

    /** Shuts down within a timeout. See {@link #shutdown(int, String)}. */
    public boolean shutdown(int code, String reason, Duration timeout) {
        return connection.shutdown(CloseFrame.of(code, reason), nanos(timeout));
    }

    /** Closes at once, without a Close frame; what has not been read is lost. Wakes who reads (null) and who writes (IOException). */
    @Override
    public void close() {
        connection.close();
    }

    /**
     * Sends a Ping; its Pong sets {@link #latency()}.
     *
     * @param payload at most 125 bytes
     * @throws IllegalArgumentException for more than that
     */
    public void ping(byte[] payload) throws IOException {
        if (payload.length > FrameHeader.MAX_CONTROL_PAYLOAD) {
            throw new IllegalArgumentException(
                    "a Ping has " + payload.length + " bytes; RFC 6455 §5.5 allows " + FrameHeader.MAX_CONTROL_PAYLOAD);
        }
        connection.ping(payload.clone());
    }

    /** The time from the last answered Ping to its Pong, null when there was none. */
    public @Nullable Duration latency() {
        long nanos = connection.latency();
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    /**
     * Bytes of a session's asynchronous messages that wait to be sent, with something for each message: how far its remote end is behind.
     * Zero for other peers, whose writes do not return before.
     */
    public long pendingBytes() {
        return connection.leftBytes();
    }

    /** A number that no other peer of this process has. */
    public long id() {
        return connection.id();
    }

    /** What the network said when it failed, null when it did not. */
    public @Nullable String error() {
        return connection.error();
    }

    /** Where the remote end is. */
    public SocketAddress remoteAddress() {
        return connection.remoteAddress();
    }

    /** Where this end is. */
    public SocketAddress localAddress() {
        return connection.localAddress();
    }

    /** Whether this end is the client. */
    public boolean isClient() {
        return connection.settings().client();
    }

    /** Whether messages can be sent and received: nobody has closed or begun to, as far as this end has read. */
    public boolean isOpen() {
        return connection.open();
    }

    /** The request that opened the connection; null over a socket that was handshaked by somebody else, and of a session. */
    public @Nullable HandshakeRequest handshakeRequest() {
        return request == null ? null : HandshakeRequest.parse(request);
    }

    /** What the server answered to this client; null on a server, and of a session. */
    public @Nullable HandshakeResponse handshakeResponse() {
        return response == null ? null : HandshakeResponse.of(response);
    }

    /** The subprotocol that was agreed on, null for none, and of a session. */
    public @Nullable String subprotocol() {
        return subprotocol;
    }

    /** How the remote end closed, 1006 when the connection ended otherwise, null while it has not. RFC 6455 §7.1.5. */
    public @Nullable CloseReason closeReason() {
        CloseFrame result = connection.result();
        return result == null ? null : new CloseReason(result.code(), result.reason());
    }

    /** Whether it is a peer of the same connection. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WsPeer peer && peer.connection == connection;
    }

    @Override
    public int hashCode() {
        return connection.hashCode();
    }

    /** The role, the number and the remote address. */
    @Override
    public String toString() {
        return "WsPeer[" + (isClient() ? "client " : "server ") + id() + ", " + remoteAddress() + "]";
    }

    private static void requireData(Opcode opcode) {
        if (opcode.isControl()) {
            throw new IllegalArgumentException("You can send only text or binary frame, not " + opcode);
        }
    }

    private static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must not be negative, but is " + timeout);
        }
        return Math.max(1, ConnectionSettings.nanos(timeout)); // zero: what can be had at once
    }

    private @Nullable Frame readFrame(long timeout) throws IOException {
        lockReading(timeout);
        try {
            if (assembly != null && !connection.exhausted()) {
                throw new IllegalStateException(
                        "readMessage() has a part of the message that comes next: go on with readMessage()");
            }
            if (!connection.receive(timeout)) {
                return null;
            }
            inFragments = !connection.fin();
            return new Frame(Opcode.ofData(connection.opcode()), connection.fin(), connection.takePayload());
        } catch (ProtocolFailure | PongTimeout e) {
            throw translated(e);
        } finally {
            connection.unlockReading();
        }
    }

    private @Nullable Message readWhole(long timeout) throws IOException {
        long until = System.nanoTime() + timeout;
        lockReading(timeout);
        try {
            if (inFragments && !connection.exhausted()) {
                throw new IllegalStateException(
                        "read() has read a part of the message that comes next: go on with read() until a frame is the"
                                + " last");
            }
            while (connection.receive(timeout == 0 ? 0 : Math.max(1, until - System.nanoTime()))) {
                Assembly begun = assembly;
                if (begun == null && connection.fin()) {
                    return new Message(Opcode.ofData(connection.opcode()), connection.takePayload());
                }
                if (begun == null) {
                    begun = new Assembly(Opcode.ofData(connection.opcode()));
                    assembly = begun;
                }
                begun.data.writeBytes(connection.takePayload());
                if (connection.fin()) {
                    assembly = null;
                    return new Message(begun.opcode, begun.data.toByteArray());
                }
            }
            assembly = null;
            return null;
        } catch (ProtocolFailure | PongTimeout e) {
            throw translated(e);
        } finally {
            connection.unlockReading();
        }
    }

    private void lockReading(long timeout) throws IOException {
        if (ofSession) {
            throw new IllegalStateException(
                    "The messages of a session go to its @OnMessage methods and message handlers;"
                            + " read() is for peers of one's own");
        }
        try {
            if (timeout == 0) {
                connection.lockReading();
            } else if (!connection.lockReading(timeout)) {
                throw new java.net.SocketTimeoutException("Another thread was reading for all of "
                        + Duration.ofNanos(timeout) + "; the connection stays usable");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while another thread was reading");
        }
    }

    private static IOException translated(IOException e) {
        if (e instanceof ProtocolFailure failure) {
            return failure.code() == CloseFrame.TOO_BIG
                    ? new PayloadTooLargeException(failure)
                    : new ProtocolException(failure);
        }
        return new PongTimeoutException(e);
    }
}
