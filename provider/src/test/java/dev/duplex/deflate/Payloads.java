package dev.duplex.deflate;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Bytes to compress, the same in each run. */
final class Payloads {
    private Payloads() {}

    /** Noise that repeats itself after {@code period} bytes and never before: only a reference that far back helps. */
    static byte[] repeating(int period, int length) {
        byte[] noise = new byte[period];
        new Random(period).nextBytes(noise);
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = noise[i % period];
        }
        return bytes;
    }

    static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** What a feed of quotes looks like: short keys that return, numbers that do not. */
    static byte[] json(int length) {
        Random random = new Random(length);
        String[] symbols = {"AAPL", "MSFT", "GOOG", "AMZN", "NVDA", "TSLA", "META"};
        StringBuilder text = new StringBuilder(length + 100);
        while (text.length() < length) {
            text.append("{\"symbol\":\"")
                    .append(symbols[random.nextInt(symbols.length)])
                    .append("\",\"price\":")
                    .append(random.nextInt(100_000) / 100.0)
                    .append(",\"volume\":")
                    .append(random.nextInt(10_000))
                    .append("},");
        }
        return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    /** Anything: runs, noise and repetition, of a length up to {@code maxLength}. */
    static byte[] random(Random random, int maxLength) {
        byte[] bytes = new byte[random.nextInt(maxLength + 1)];
        int at = 0;
        while (at < bytes.length) {
            int run = Math.min(bytes.length - at, 1 + random.nextInt(2_000));
            switch (random.nextInt(3)) {
                case 0 -> Arrays.fill(bytes, at, at + run, (byte) random.nextInt());
                case 1 -> {
                    for (int i = at; i < at + run; i++) {
                        bytes[i] = (byte) random.nextInt();
                    }
                }
                default -> {
                    int from = random.nextInt(at + 1);
                    for (int i = 0; i < run; i++) {
                        bytes[at + i] = bytes[from + i];
                    }
                }
            }
            at += run;
        }
        return bytes;
    }
}
