package dev.duplex.frame;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames one after the other and holds them to RFC 6455: layout, masking, order of fragments, lengths, UTF-8.
 * A read that throws {@link java.net.SocketTimeoutException} loses nothing: the next call goes on inside the frame.
 * Confined to the thread that has the reading side of its connection.
 *
 * <p>While it waits for a frame it holds 512 bytes; bigger buffers are borrowed while bytes come and while a
 * frame needs them. A frame that no buffer holds gets an array of its own that grows with what has arrived.
 */
@SuppressWarnings("ReferenceEquality") // which array it is, not what it holds
public final class FrameReader {
    /** A limit: none, because the message is taken as it comes. Its large frames are read in pieces. */
    public static final int UNLIMITED = -1;
    /** Bytes of a piece of a compressed frame: it inflates to a thousand times as many at most. */
    private static final int COMPRESSED_PIECE = 1 << 10;

    /** Bytes held while idle: room for one small message and its header. */
    private static final int HELD = 512;
    /** An array for a payload is at most so many times as large as what has arrived of it: a header alone reserves no memory. */
    private static final int GROWTH = 16;
    /** What compression may add to a small payload, generously: a header and a flush are ten bytes. */
    private static final int FLUSH_BYTES = 64;

    private InputStream in;
    private final boolean maskExpected;
    private final boolean compressionAgreed;
    private final IntUnaryOperator limits;
    private final byte[] held = new byte[HELD];

    /** What has arrived and is not consumed: from position to limit. */
    private byte[] buffer = held;

    private int position;
    private int limit;
    /** Bytes read since the buffer was empty; of the turn before, while it is. */
    private int turnBytes;

    private volatile long heardAt = System.nanoTime(); // the one field that other threads look at

    private boolean headerRead;
    private boolean fin;
    private int opcode;
    private boolean validated;
    private int key;
    private int payloadLength;
    /** Bytes of the frame behind this piece of it; 0 unless it is read in pieces. */
    private long piecesLeft;

    private boolean finAtLast; // what the frame says, while fin says it of the piece
    /** The payload's array: the buffer, or one of its own, from payloadOffset on; so many bytes of it are there, unmasked and judged. */
    private byte[] payload = held;

    private int payloadOffset;
    private int payloadDone;

    private boolean inMessage;
    private boolean text;
    private boolean compressed;
    private int maxPayload;
    private int messageBytes;
    private @Nullable Utf8Validator utf8; // made for the first text that is not ASCII

    /**
     * Creates a reader.
     *
     * @param in where the bytes come from
     * @param maskExpected whether the remote end is a client: it masks, RFC 6455 §5.1
     * @param compressionAgreed whether RSV1 may mark a message, RFC 7692 §6
     * @param limits asked at the first frame of each message, given its opcode: bytes that a frame of it, and all together, may have. A
     *     compressed frame may have some more: its message is limited by who inflates it
     */
    public FrameReader(InputStream in, boolean maskExpected, boolean compressionAgreed, IntUnaryOperator limits) {
        this.in = in;
        this.maskExpected = maskExpected;
        this.compressionAgreed = compressionAgreed;
        this.limits = limits;
    }

    /** Puts bytes in front of the stream that were read from it before, behind the opening handshake; at most 64 KiB. */
    public void unread(byte[] bytes, int offset, int length) {
        if (length > HELD) {
            buffer = BufferPool.fitting(length).take();
        }
        System.arraycopy(bytes, offset, buffer, 0, length);
        position = 0;
        limit = length;
    }

    /**
     * Waits until the next frame has begun to arrive. Returns at once inside a frame, and false at the end of the stream. {@link #read}
     * waits as well, but deeper in the stack, which an idle connection pays for all its life.
     */
    public boolean await() throws IOException {
        if (headerRead || position < limit) {
            return true;
        }
        payload = held; // a large array of the frame before is not kept while this waits
        makeRoom(FrameHeader.MIN_SIZE);
        return received(in.read(buffer, limit, buffer.length - limit));
    }

    /**
     * Reads one frame. Returns true when it is there, its payload unmasked, and false at the end of the stream.
     * What the accessors say is valid until the next call.
     *
     * @throws ProtocolFailure for the first rule that is broken; the reader must not be used again
     */
    public boolean read() throws IOException {
        if (!headerRead) {
            payload = held; // nor while this does
            if (piecesLeft > 0) {
                key = Masking.rotate(key, payloadLength);
                opcode = Opcodes.CONTINUATION;
                beginPiece(piecesLeft);
            } else if (!readHeader()) {
                return false;
            }
            headerRead = true;
        }
        if (!readPayload()) {
            return false;
        }
        headerRead = false;
        return true;
    }

    /** Whether the frame is the last of its message. */
    public boolean fin() {
        return fin;
    }

    /** The frame's opcode, as sent. */
    public int opcode() {
        return opcode;
    }

    /** Whether the message that the data frame belongs to is compressed; its UTF-8 is then not judged here. */
    public boolean compressed() {
        return compressed;
    }

    /** Whether the message that the data frame belongs to is text. */
    public boolean text() {
        return text;
    }

    /** Bytes that the message which the data frame belongs to may have. */
    public int maxPayload() {
        return maxPayload;
    }

    /** The array that holds the payload; the reader's own, see {@link #takePayload()}. */
    public byte[] payload() {
        return payload;
    }

    /** Where the payload starts in its array. */
    public int payloadOffset() {
        return payloadOffset;
    }

    /** Bytes of payload. */
    public int payloadLength() {
        return payloadLength;
    }

    /** The payload in an array of its own that the caller keeps; not a copy when the reader made one for this frame alone. */
    public byte[] takePayload() {
        return payload.length == payloadLength && payload != buffer
                ? payload
                : Arrays.copyOfRange(payload, payloadOffset, payloadOffset + payloadLength);
    }

    /** When bytes came last, by {@link System#nanoTime()}. Safe for any thread. */
    public long heardAt() {
        return heardAt;
    }

    /** Reads from another stream of the same bytes from now on, as one with a deadline. */
    public void source(InputStream source) {
        in = source;
    }

    /** Whether a further frame, or the next piece of one, has been read from the stream already, whole. */
    public boolean frameIsThere() {
        int there = limit - position;
        if (headerRead || there < FrameHeader.MIN_SIZE) {
            return false;
        }
        if (piecesLeft > 0) {
            return there >= Math.min(piecesLeft, pieceSize());
        }
        int size = FrameHeader.size(buffer[position + 1]);
        return there >= size && there - size >= FrameHeader.length(buffer, position);
    }

    /** Whether a further frame, or a part of one, has been read from the stream already. */
    public boolean hasBuffered() {
        return position < limit;
    }

    /** Whether the array was filled up and ends inside a frame: its rest has most likely come too, and is not read. */
    public boolean isCut() {
        return position < limit && limit == buffer.length;
    }

    /** Gives back what is borrowed; the reader must not be used again. */
    public void release() {
        giveBack();
        buffer = held;
        payload = held;
        position = 0;
        limit = 0;
    }

    private boolean readHeader() throws IOException {
        while (limit - position < FrameHeader.MIN_SIZE) {
            if (!fill(FrameHeader.MIN_SIZE)) {
                return false;
            }
        }
        judge(buffer[position], buffer[position + 1]); // at once: what follows may never come
        int size = FrameHeader.size(buffer[position + 1]);
        while (limit - position < size) {
            if (!fill(size)) {
                return false;
            }
        }
        begin(size);
        position += size;
        return true;
    }

    /** Judges the first two bytes of a frame; changes nothing. */
    private void judge(int b0, int b1) throws ProtocolFailure {
        boolean rsv1 = (b0 & FrameHeader.B0_RSV1) != 0;
        int kind = b0 & FrameHeader.B0_OPCODE;
        if (!Opcodes.isKnown(kind)) {
            // RFC 6455 §5.2: an unknown opcode fails the connection
            throw broken("opcode 0x" + Integer.toHexString(kind) + " is reserved");
        }
        if ((b0 & FrameHeader.B0_RSV2_RSV3) != 0 || (rsv1 && !compressionAgreed)) {
            // RFC 6455 §5.2: reserved bits are zero unless an extension that was agreed on gives them a meaning
            throw broken("a reserved bit is set that no agreed extension uses");
        }
        if (((b1 & FrameHeader.B1_MASK) != 0) != maskExpected) {
            // RFC 6455 §5.1: a client masks every frame, a server none
            throw broken(maskExpected ? "a client's frame is not masked" : "a server's frame is masked");
        }
        if (Opcodes.isControl(kind)) {
            // RFC 6455 §5.5: control frames are short and never fragmented. RFC 7692 §6.1: nor compressed
            if ((b0 & FrameHeader.B0_FIN) == 0) {
                throw broken("a control frame is fragmented");
            }
            if ((b1 & FrameHeader.B1_LENGTH) > FrameHeader.MAX_CONTROL_PAYLOAD) {
                throw broken("a control frame has more than 125 bytes of payload");
            }
            if (rsv1) {
                throw broken("a control frame is marked as compressed");
            }
        } else if (kind == Opcodes.CONTINUATION) {
            if (!inMessage) {
                // RFC 6455 §5.4
                throw broken("a continuation frame has no message to continue");
            }
            if (rsv1) {
                // RFC 7692 §6.1: only the first frame carries the mark
                throw broken("a continuation frame is marked as compressed");
            }
        } else if (inMessage) {
            // RFC 6455 §5.4: fragments of one message are not interleaved with those of another
            throw broken("a new message begins inside another");
        }
    }

    /** Takes over what the complete header of {@code size} bytes at the position says. */
    private void begin(int size) throws ProtocolFailure {
        int b0 = buffer[position];
        long length = FrameHeader.length(buffer, position);
        judgeForm(buffer[position + 1] & FrameHeader.B1_LENGTH, length);
        fin = (b0 & FrameHeader.B0_FIN) != 0;
        opcode = b0 & FrameHeader.B0_OPCODE;
        key = maskExpected ? Masking.key(buffer, position + size - FrameHeader.KEY_SIZE) : 0;
        boolean control = Opcodes.isControl(opcode);
        if (!control) {
            if (opcode != Opcodes.CONTINUATION) {
                text = opcode == Opcodes.TEXT;
                compressed = (b0 & FrameHeader.B0_RSV1) != 0;
                maxPayload = limits.applyAsInt(opcode);
                messageBytes = 0;
                if (utf8 != null) {
                    utf8.reset();
                }
            }
            inMessage = !fin;
            addToMessage(length);
        }
        validated = !control && text && !compressed;
        finAtLast = fin;
        if (control) {
            payloadLength = (int) length;
            payloadDone = 0;
        } else {
            beginPiece(length);
        }
    }

    /** The next piece of a frame of which so much is left: all of it, unless the message has no limit. */
    private void beginPiece(long left) {
        payloadLength = (int) (maxPayload == UNLIMITED ? Math.min(left, pieceSize()) : left);
        payloadDone = 0;
        piecesLeft = left - payloadLength;
        fin = finAtLast && piecesLeft == 0;
    }

    private int pieceSize() {
        return compressed ? COMPRESSED_PIECE : BufferPool.LARGE.size();
    }

    private static void judgeForm(int form, long length) throws ProtocolFailure {
        if (length < 0) {
            // RFC 6455 §5.2: the most significant bit of a 64-bit length is 0
            throw broken("a frame's 64-bit length has its top bit set");
        }
        if ((form == FrameHeader.LENGTH_16 && length < FrameHeader.LENGTH_16)
                || (form == FrameHeader.LENGTH_64 && length <= FrameHeader.MAX_LENGTH_16)) {
            // RFC 6455 §5.2: the minimal number of bytes encodes the length
            throw broken("a frame's length " + length + " is not in its shortest form");
        }
    }

    private void addToMessage(long length) throws ProtocolFailure {
        if (maxPayload == UNLIMITED) {
            return;
        }
        if (compressed) {
            // What it inflates to is what counts, and the inflater counts it: bytes that cannot be compressed grow
            // a little, and each fragment ends with a flush. So a frame may be longer than the limit, within reason.
            long longest = maxPayload + maxPayload / 8L + FLUSH_BYTES;
            if (length > Math.min(longest, Integer.MAX_VALUE)) {
                throw new ProtocolFailure(
                        CloseFrame.TOO_BIG,
                        "Payload size limit reached: a compressed frame of " + length + " bytes, the limit is "
                                + maxPayload + " inflated");
            }
            return;
        }
        if (length > maxPayload - messageBytes) {
            throw new ProtocolFailure(
                    CloseFrame.TOO_BIG,
                    "Payload size limit reached: a frame of " + length + " bytes after " + messageBytes
                            + ", the limit is " + maxPayload);
        }
        messageBytes += (int) length;
    }

    private static ProtocolFailure broken(String rule) {
        return new ProtocolFailure(CloseFrame.PROTOCOL_ERROR, rule);
    }

    private boolean readPayload() throws IOException {
        if (payloadLength > BufferPool.LARGE.size()) {
            return readLargePayload();
        }
        for (; ; ) {
            int arrived = Math.min(limit - position, payloadLength);
            payload = buffer; // it may have moved
            payloadOffset = position;
            uncover(buffer, position + payloadDone, position + payloadDone, arrived - payloadDone);
            if (payloadDone == payloadLength) {
                position += payloadLength;
                return true;
            }
            if (!fill(payloadLength)) {
                return false;
            }
        }
    }

    /** Reads a payload that fits no buffer: from the buffer what is there, then from the stream into its own array. */
    private boolean readLargePayload() throws IOException {
        // A full buffer first, so that the array starts at the size of what has come
        while (payloadDone < BufferPool.LARGE.size()) {
            int arrived = limit - position;
            payload = buffer; // it may have moved
            payloadOffset = position;
            uncover(buffer, position + payloadDone, position + payloadDone, arrived - payloadDone);
            if (payloadDone == BufferPool.LARGE.size()) {
                payload = new byte[Math.min(payloadLength, payloadDone * GROWTH)];
                System.arraycopy(buffer, position, payload, 0, payloadDone);
                payloadOffset = 0;
                position = limit;
            } else if (!fill(BufferPool.LARGE.size())) {
                return false;
            }
        }
        while (payloadDone < payloadLength) {
            if (payloadDone == payload.length) {
                payload = Arrays.copyOf(payload, (int) Math.min(payloadLength, (long) payloadDone * GROWTH));
            }
            int count = in.read(payload, payloadDone, payload.length - payloadDone);
            if (count < 0) {
                return false;
            }
            heardAt = System.nanoTime();
            uncover(payload, payloadDone, payloadDone, count);
        }
        return true;
    }

    /** Unmasks the next bytes of the payload into its array and judges them as text. */
    private void uncover(byte[] from, int fromOffset, int toOffset, int count) throws ProtocolFailure {
        boolean ascii = false;
        if (maskExpected) {
            ascii = Masking.apply(from, fromOffset, payload, toOffset, count, Masking.rotate(key, payloadDone));
        } else if (from != payload) {
            System.arraycopy(from, fromOffset, payload, toOffset, count);
        }
        payloadDone += count;
        if (validated && !(ascii && (utf8 == null || utf8.complete()))) {
            validate(toOffset, count);
        }
    }

    private void validate(int offset, int count) throws ProtocolFailure {
        Utf8Validator validator = utf8;
        if (validator == null) {
            validator = new Utf8Validator();
            utf8 = validator;
        }
        boolean last = fin && payloadDone == payloadLength;
        if (!validator.accept(payload, offset, count) || (last && !validator.complete())) {
            // RFC 6455 §8.1: as soon as it is seen
            throw new ProtocolFailure(CloseFrame.INVALID_PAYLOAD, "a text message is not UTF-8");
        }
    }

    /** Reads once, after making room for {@code need} bytes from the position on. Returns false at the end of the stream. */
    private boolean fill(int need) throws IOException {
        makeRoom(need);
        return received(in.read(buffer, limit, buffer.length - limit));
    }

    private boolean received(int count) {
        if (count < 0) {
            return false;
        }
        turnBytes += count;
        limit += count;
        heardAt = System.nanoTime();
        return true;
    }

    /**
     * Makes room for {@code need} bytes from the position on, at most 64 KiB, and one more than there are. The array is chosen by what is
     * needed and by what came of late: a busy connection reads many frames at once, an idle one holds little.
     */
    private void makeRoom(int need) throws IOException {
        int pending = limit - position;
        int capacity = pending == 0 && need <= HELD ? idleCapacity() : capacity(Math.max(need, pending + 1));
        if (pending == 0) {
            turnBytes = 0;
        }
        if (capacity != buffer.length) {
            byte[] next = capacity == HELD ? held : BufferPool.fitting(capacity).take();
            System.arraycopy(buffer, position, next, 0, pending);
            giveBack();
            buffer = next;
        } else if (pending > 0 && buffer.length - position >= need && limit < buffer.length) {
            return; // there is room behind what has come
        } else {
            System.arraycopy(buffer, position, buffer, 0, pending);
        }
        position = 0;
        limit = pending;
    }

    /** Bytes of the array for a read that may wait for long: little, unless more has come already. */
    private int idleCapacity() throws IOException {
        if (turnBytes < HELD) {
            return HELD; // the usual case costs no system call
        }
        int ready = in.available();
        return ready < HELD ? HELD : BufferPool.fitting(ready + 1).size();
    }

    /** Bytes of the array inside a frame; it never shrinks there. */
    private int capacity(int need) {
        int wanted = Math.max(need, turnBytes + 1);
        return Math.max(wanted <= HELD ? HELD : BufferPool.fitting(wanted).size(), buffer.length);
    }

    private void giveBack() {
        if (buffer != held) {
            BufferPool.fitting(buffer.length).give(buffer);
        }
    }
}
