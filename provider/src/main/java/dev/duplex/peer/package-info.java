/** The blocking API: peers that read and write frames and messages, servers that accept them. */
@NullMarked
package dev.duplex.peer;

import org.jspecify.annotations.NullMarked;
