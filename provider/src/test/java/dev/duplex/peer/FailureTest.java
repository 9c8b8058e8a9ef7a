package dev.duplex.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a failure, an interrupt or too little time leaves behind. */
@Timeout(60)
final class FailureTest {
    @ParameterizedTest
    @EnumSource(Role.class)
    void readWithNoTimeTakesWhatHasCome(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().frame(RawPeer.TEXT, "here");
            Frame[] read = new Frame[1];
            eventually(() -> {
                try {
                    read[0] = wire.peer().read(Duration.ZERO);
                } catch (SocketTimeoutException e) {
                    return false; // not here yet
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                return true;
            });
            assertThat(read[0].text()).isEqualTo("here");
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void writeWithNoTimeLeavesTheConnectionUsable(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            assertThatThrownBy(() -> wire.peer().write("lost", Duration.ZERO))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("nothing was sent and the connection stays usable");
            wire.peer().write("sent");
            wire.raw().expectText("sent");
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void connectionThatCannotBeWrittenToEndsThoughNobodyReads(Role role) throws Exception {
        PeerOptions noPings = PeerOptions.builder().pingFrequency(Duration.ZERO).build();
        try (Wire wire = Wire.of(role, noPings)) {
            wire.raw().reset();
            assertThatThrownBy(() -> {
                        while (true) {
                            wire.peer().write("into the void");
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(wire.peer().isOpen()).isFalse();
            eventually(() -> wire.peer().closeReason() != null);
            assertThat(wire.peer().closeReason().code()).isEqualTo(CloseReason.ABNORMAL);
        }
    }

    @Test
    void handlerThatReturnsInterruptedIsShutDownAsAnyOther() throws Exception {
        try (PeerServer server = WebSockets.server(
                        "ws://127.0.0.1:0", peer -> Thread.currentThread().interrupt());
                RawPeer raw = RawPeer.open(server)) {
            raw.expectClose(CloseReason.NORMAL);
        }
    }

    @Test
    void closingServerDoesNotWaitForAHandlerThatShutsDownWithMorePatience() throws Exception {
        PeerOptions hurried =
                PeerOptions.builder().shutdownTimeout(Duration.ofMillis(300)).build();
        CompletableFuture<WsPeer> served = new CompletableFuture<>();
        PeerServer server = WebSockets.server(
                "ws://127.0.0.1:0",
                peer -> {
                    served.complete(peer);
                    peer.shutdown(CloseReason.NORMAL, "", Duration.ofMinutes(10));
                },
                hurried);
        try (RawPeer raw = RawPeer.open(server)) {
            raw.expectClose(CloseReason.NORMAL); // and does not answer
            server.close();
            assertThat(served.get(1, TimeUnit.SECONDS).closeReason()).isNotNull();
        }
    }

    private static void eventually(BooleanSupplier condition) {
        long until = System.nanoTime() + RawPeer.LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time").isLessThan(until);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
