package dev.duplex.deflate;

import java.util.Arrays;

/**
 * Bytes that grow at their end, in one array, as a {@link StringBuilder} does for text.
 *
 * <p>The owner of a connection decides how long one lives: a borrowed one makes a hot path free of allocation, and an
 * idle connection needs none. Bytes put in front of a payload (a frame's header) are reserved with {@link #length(int)}.
 * Confined to one thread at a time.
 */
public final class ByteBuilder {
    /** The least growth worth an allocation. */
    private static final int SMALLEST_GROWTH_BYTES = 64;

    /** Some VMs cannot allocate arrays of the last few lengths below {@link Integer#MAX_VALUE}. */
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private byte[] array;
    private int length;

    /** An empty builder that holds {@code capacity} bytes before it has to grow. */
    public ByteBuilder(int capacity) {
        array = new byte[capacity];
    }

    /** The array that holds the bytes at present, from index 0; replaced when the builder grows. */
    public byte[] array() {
        return array;
    }

    /** How many bytes of {@link #array()} count. */
    public int length() {
        return length;
    }

    /** Cuts to {@code newLength} bytes, or extends to it by bytes of unspecified content. */
    public void length(int newLength) {
        if (newLength < 0) {
            throw new IllegalArgumentException("A length must not be negative, but is " + newLength);
        }
        if (newLength > array.length) {
            grow(newLength - length);
        }
        length = newLength;
    }

    /** Appends one byte. */
    public void append(byte value) {
        room(1);
        array[length++] = value;
    }

    /** A copy of the bytes, of exactly their length. */
    public byte[] toByteArray() {
        return Arrays.copyOf(array, length);
    }

    /** How many bytes fit behind {@link #length()}, at least {@code atLeast}: grows when fewer do. */
    int room(int atLeast) {
        if (array.length - length < atLeast) {
            grow(atLeast);
        }
        return array.length - length;
    }

    private void grow(int by) {
        long needed = (long) length + by;
        if (needed > LARGEST_ARRAY) {
            throw new OutOfMemoryError("An array cannot hold " + needed + " bytes");
        }
        // Doubling makes the copying linear in what is appended.
        long wanted = Math.max(needed, Math.max(2L * length, (long) length + SMALLEST_GROWTH_BYTES));
        array = Arrays.copyOf(array, (int) Math.min(wanted, LARGEST_ARRAY));
    }
}
