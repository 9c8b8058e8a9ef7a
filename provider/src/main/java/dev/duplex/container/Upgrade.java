package dev.duplex.container;

import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.Opening;
import dev.duplex.frame.CloseFrame;
import dev.duplex.handshake.ResponseHead;
import java.io.IOException;

/** Stand-in: echoes. */
public final class Upgrade {
    private final DuplexServerContainer container;
    private final ResponseHead response;

    Upgrade(DuplexServerContainer container, ResponseHead response) {
        this.container = container;
        this.response = response;
    }

    public ResponseHead response() {
        return response;
    }

    public void abandon() {}

    public void serve(Opening opening) {
        Connection connection = opening.connection(
                new ConnectionSettings(false, 0, 20_000_000_000L, 10_000_000_000L), null, new Connection.Owner() {
                    @Override
                    public int limit(int opcode) {
                        return 1 << 20;
                    }

                    @Override
                    public void ended() {}
                });
        container.connections.add(connection);
        try {
            connection.lockReading();
            try {
                while (connection.receive(0)) {
                    byte[] payload = connection.takePayload();
                    connection.write(connection.opcode(), connection.fin(), payload, 0, payload.length);
                }
            } finally {
                connection.unlockReading();
            }
        } catch (IOException e) {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            container.connections.remove(connection);
        }
    }

    static CloseFrame away() {
        return new CloseFrame(1001, "the server stops");
    }
}
