package dev.duplex.examples.endpoint;

import com.fasterxml.jackson.annotation.Nulls;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Encoder;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Encodes events as JSON, and reads records for the decoders. Safe for any thread. */
public final class Json implements Encoder.Text<Event> {
    /** Strict, so that a record that was read has all its parts. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .changeDefaultNullHandling(nulls -> nulls.withValueNulls(Nulls.FAIL, Nulls.FAIL))
            .build();

    @Override
    public String encode(Event event) {
        return MAPPER.writeValueAsString(event);
    }

    /**
     * The record that the text stands for.
     *
     * @param expected a sentence that says what it should have been
     */
    static <T extends Record> T read(String json, Class<T> type, String expected) throws DecodeException {
        try {
            // The JSON text null is read as null
            return Optional.ofNullable(MAPPER.readValue(json, type))
                    .orElseThrow(() -> new DecodeException(json, expected));
        } catch (JacksonException e) {
            throw new DecodeException(json, expected, e);
        }
    }
}
