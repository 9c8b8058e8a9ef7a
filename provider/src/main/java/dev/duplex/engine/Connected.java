package dev.duplex.engine;

/** What a connection is inside of: another room may look at the same connection in its own way. */
public interface Connected {
    /** The connection, which has begun. */
    Connection connection();
}
