package dev.duplex.examples.endpoint;

import com.fasterxml.jackson.annotation.JsonTypeName;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.EncodeException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A room to talk in: {@code /chat/kitchen?name=Ann}. A message is {@code {"text":"Hello"}}; everyone in the room gets it, and who comes
 * and goes. Rooms are there while somebody is in them.
 */
@ServerEndpoint(value = "/chat/{room}", decoders = Chat.SayDecoder.class, encoders = Json.class)
public final class Chat {
    private static final System.Logger LOG = System.getLogger(Chat.class.getName());

    /** Fits a line of the page. In UTF-16 units, as the page counts. */
    private static final int LONGEST_NAME = 30;
    /** A paragraph. In UTF-16 units, as the page counts. */
    private static final int LONGEST_TEXT = 2_000;

    /** Static, because there is an instance for each connection. */
    private static final Rooms ROOMS = new Rooms();

    /** Under which name this one is there; null before and when there was no place. Touched by callbacks only, one at a time. */
    private @Nullable String name;

    /** What a client sends. */
    public record Say(String text) {}

    /** The first event: where you are, what you are called, who is there. */
    @JsonTypeName("welcome")
    public record Welcome(String room, String name, List<String> people) implements Event {}

    /** Somebody came; these are there now. */
    @JsonTypeName("joined")
    public record Joined(String name, List<String> people) implements Event {}

    /** Somebody went; these are there now. */
    @JsonTypeName("left")
    public record Left(String name, List<String> people) implements Event {}

    /** Somebody, perhaps you, said something. */
    @JsonTypeName("said")
    public record Said(String name, String text, String time) implements Event {}

    /** What you sent was not understood. */
    @JsonTypeName("problem")
    public record Problem(String text) implements Event {}

    /** Reads what clients send. */
    public static final class SayDecoder implements Decoder.Text<Say> {
        private static final String EXPECTED =
                "A message is JSON like {\"text\":\"Hello\"}, of 1 to " + LONGEST_TEXT + " characters.";

        @Override
        public boolean willDecode(String json) {
            return true;
        }

        @Override
        public Say decode(String json) throws DecodeException {
            Say say = Json.read(json, Say.class, EXPECTED);
            if (say.text().isBlank() || say.text().length() > LONGEST_TEXT) {
                throw new DecodeException(json, EXPECTED);
            }
            return say;
        }
    }

    /** Enters the room, or says why not. */
    @OnOpen
    public void open(Session session, @PathParam("room") String room) throws IOException {
        String wanted = session.getRequestParameterMap()
                .getOrDefault("name", List.of(""))
                .get(0)
                .strip();
        if (wanted.isEmpty() || wanted.length() > LONGEST_NAME || room.length() > LONGEST_NAME) {
            session.close(new CloseReason(
                    CloseCodes.VIOLATED_POLICY, "Room and name have 1 to " + LONGEST_NAME + " characters."));
            return;
        }
        name = ROOMS.enter(room, wanted, session);
        if (name == null) {
            session.close(new CloseReason(CloseCodes.TRY_AGAIN_LATER, "The room is full."));
        }
    }

    /** Tells the room. */
    @OnMessage
    public void message(Say say, @PathParam("room") String room) {
        if (name != null) {
            ROOMS.say(room, name, say.text());
        }
    }

    /** Leaves the room. */
    @OnClose
    public void close(Session session, @PathParam("room") String room) {
        ROOMS.leave(room, session);
    }

    /** Answers what is no message; whatever else fails ends in {@link #close}. */
    @OnError
    public void error(Session session, Throwable failure) throws IOException, EncodeException {
        if (failure instanceof DecodeException) {
            session.getBasicRemote().sendObject(new Problem(String.valueOf(failure.getMessage())));
        } else {
            LOG.log(Level.DEBUG, "The connection of a guest failed", failure);
        }
    }
}
