"""The real zlib, window sizes included, for tests of permessage-deflate.

Requests and answers are frames on standard input and output, numbers big-endian:
    request  op(1) a(1) b(1) length(4) data     answer  status(1) length(4) data
    'I'  a = window bits, b = context takeover: start an inflater       answer: nothing
    'D'  the same for a deflater                                        answer: nothing
    'i'  a = last fragment: inflate a fragment of a message             answer: what came out
    'd'  a = last fragment: deflate a fragment of a message             answer: the payload
Status 1 means that zlib refused, and the data is its text.
"""
import struct
import sys
import zlib

TAIL = b"\x00\x00\xff\xff"
# zlib has no raw deflater with a window of 8 bits. One that forgets everything at least every 256 bytes is as good.
SMALLEST = 9
SLICE = 256


class Inflater:
    def __init__(self, bits, takeover):
        self.bits, self.takeover, self.codec = bits, takeover, None

    def next(self, data, last):
        if self.codec is None:
            self.codec = zlib.decompressobj(wbits=-self.bits)
        out = self.strictly(data + TAIL if last else data)
        if last and not self.takeover:
            self.codec = None
        return out

    def strictly(self, data):
        # zlib lets a reference reach through all of the buffer it writes to, however small the window is. Taking one
        # byte at a time leaves it nothing but the window.
        out = bytearray()
        for start in range(0, len(data), 32):
            pending = data[start : start + 32]
            while True:
                got = self.codec.decompress(pending, 1)
                pending = self.codec.unconsumed_tail
                if not got:
                    break
                out += got
        return bytes(out)


class Deflater:
    def __init__(self, bits, takeover):
        self.bits, self.takeover, self.codec = bits, takeover, None

    def next(self, data, last):
        if self.codec is None:
            self.codec = zlib.compressobj(wbits=-max(self.bits, SMALLEST))
        if self.bits < SMALLEST:
            parts = [data[i : i + SLICE] for i in range(0, len(data), SLICE)] or [b""]
            out = b"".join(self.codec.compress(part) + self.codec.flush(zlib.Z_FULL_FLUSH) for part in parts)
        else:
            out = self.codec.compress(data) + self.codec.flush(zlib.Z_SYNC_FLUSH)
        if last:
            out = out[: -len(TAIL)] if out.endswith(TAIL) else out + b"\x00"
            if not self.takeover:
                self.codec = None
        return out


def main():
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    inflater = deflater = None
    while head := requests.read(7):
        op, a, b, length = struct.unpack(">cBBI", head)
        data = requests.read(length)
        status, answer = 0, b""
        try:
            if op == b"I":
                inflater = Inflater(a, b == 1)
            elif op == b"D":
                deflater = Deflater(a, b == 1)
            elif op == b"i":
                answer = inflater.next(data, a == 1)
            else:
                answer = deflater.next(data, a == 1)
        except zlib.error as error:
            status, answer = 1, str(error).encode()
        answers.write(struct.pack(">BI", status, len(answer)) + answer)
        answers.flush()


main()
