package dev.duplex.servlet;

import dev.duplex.peer.PeerPolicy;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Endpoints for tests of the connections below them. */
final class Places {
    private Places() {}

    static final int LARGE = 17 << 20;

    /** Returns what it gets. */
    @ServerEndpoint("/echo")
    @PeerPolicy(maxReceivePayload = LARGE)
    public static final class Echo {
        @OnMessage
        public String text(String text) {
            return text;
        }

        @OnMessage
        public byte[] binary(byte[] data) {
            return data;
        }
    }

    /** Sends without end to who does not read. */
    @ServerEndpoint("/flood")
    @PeerPolicy(writeTimeoutSeconds = 1)
    public static final class Flood {
        static final BlockingQueue<String> ENDS = new LinkedBlockingQueue<>();

        @OnOpen
        public void open(Session session) throws IOException {
            byte[] much = new byte[1 << 20];
            Arrays.fill(much, (byte) 'x');
            while (session.isOpen()) {
                session.getBasicRemote().sendBinary(java.nio.ByteBuffer.wrap(much));
            }
        }

        @OnError
        public void error(Throwable cause) {
            ENDS.add("error " + cause.getClass().getSimpleName());
        }

        @OnClose
        public void close(CloseReason reason) {
            ENDS.add("close " + reason.getCloseCode().getCode());
        }
    }

    /** Closes when it is told to, and remembers how its sessions ended. */
    @ServerEndpoint("/ends")
    public static final class Ends {
        static final BlockingQueue<Integer> CODES = new LinkedBlockingQueue<>();

        @OnMessage
        public void text(Session session, String text) throws IOException {
            if (text.equals("close")) {
                session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(4001), "as asked"));
            }
        }

        @OnClose
        public void close(CloseReason reason) {
            CODES.add(reason.getCloseCode().getCode());
        }
    }
}
