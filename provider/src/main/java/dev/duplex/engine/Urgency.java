package dev.duplex.engine;

/** When a frame must be on the wire. */
public enum Urgency {
    /** When the call returns. */
    NOW,
    /** Within a moment: it may wait for frames that are about to follow. */
    SOON,
    /** When it is flushed, or something else is sent. */
    WHEN_FLUSHED
}
