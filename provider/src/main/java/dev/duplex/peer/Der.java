package dev.duplex.peer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.spec.InvalidKeySpecException;
import java.util.HexFormat;

/** As much DER (X.690) as it takes to wrap the older forms of a private key into PKCS#8, the one the JDK reads. */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    /** {@code [0]}, constructed. */
    private static final int CONTEXT_0 = 0xA0;

    private static final byte[] VERSION_0 = {INTEGER, 1, 0};
    /** RFC 3279 §2.3.1: the algorithm rsaEncryption with its NULL parameters. */
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    /** RFC 5480 §2.1.1: the identifier id-ecPublicKey, whose parameters name the curve. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Der() {}

    /** RFC 5958 §2 around an RSAPrivateKey of RFC 8017 §A.1.2. */
    static byte[] pkcs8OfPkcs1(byte[] rsaPrivateKey) {
        return encode(SEQUENCE, VERSION_0, RSA, encode(OCTET_STRING, rsaPrivateKey));
    }

    /** RFC 5958 §2 around an ECPrivateKey of RFC 5915 §3, whose curve moves to where PKCS#8 has it. */
    static byte[] pkcs8OfSec1(byte[] ecPrivateKey) throws InvalidKeySpecException {
        ByteBuffer fields = next(SEQUENCE, ByteBuffer.wrap(ecPrivateKey));
        next(INTEGER, fields);
        next(OCTET_STRING, fields);
        ByteBuffer curve = next(CONTEXT_0, fields);
        byte[] parameters = new byte[curve.remaining()];
        curve.get(parameters);
        return encode(SEQUENCE, VERSION_0, encode(SEQUENCE, EC, parameters), encode(OCTET_STRING, ecPrivateKey));
    }

    private static byte[] encode(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            // X.690 §8.1.3.5: the long form, how many bytes and then the length in them.
            int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | bytes);
            for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
                out.write(length >>> shift);
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** The content of the element at the position of {@code in}, which moves behind it. */
    private static ByteBuffer next(int tag, ByteBuffer in) throws InvalidKeySpecException {
        if (in.remaining() < 2 || (in.get() & 0xFF) != tag) {
            throw new InvalidKeySpecException("No element with the tag " + tag);
        }
        int length = in.get() & 0xFF;
        if (length >= 0x80) {
            int bytes = length & 0x7F;
            if (bytes > Math.min(3, in.remaining())) {
                throw new InvalidKeySpecException("An element longer than the key");
            }
            for (length = 0; bytes > 0; bytes--) {
                length = (length << 8) | (in.get() & 0xFF);
            }
        }
        if (length > in.remaining()) {
            throw new InvalidKeySpecException("An element longer than the key");
        }
        ByteBuffer content = in.slice(in.position(), length);
        in.position(in.position() + length);
        return content;
    }
}
