/** Stand-in. */
@NullMarked
package dev.duplex.container;

import org.jspecify.annotations.NullMarked;
