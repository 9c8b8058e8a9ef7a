package dev.duplex.peer;

/** Which end of a connection this is, RFC 6455 §1.2. */
public enum Role {
    /** It asked for the connection, and masks what it sends. */
    CLIENT,
    /** It accepted the connection, and closes TCP first. */
    SERVER
}
