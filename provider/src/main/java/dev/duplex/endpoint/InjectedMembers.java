package dev.duplex.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Tells whether a class expects to be injected. Reads its file: an annotation whose own class is missing is one that reflection does not
 * show, and it is missing just where nothing injects.
 */
final class InjectedMembers {
    /** How an annotation stands in the constant pool of the class that uses it. */
    private static final String INJECT = "Ljakarta/inject/Inject;";

    private InjectedMembers() {}

    /** Whether the class or one that it extends has a member with {@code @Inject}; false when its file cannot be read. */
    static boolean in(Class<?> type) {
        for (Class<?> from = type; from != null && from != Object.class; from = from.getSuperclass()) {
            String file = from.getName().substring(from.getName().lastIndexOf('.') + 1) + ".class";
            try (InputStream in = from.getResourceAsStream(file)) {
                // One character for each byte, so that the name is found as it is
                if (in != null && new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains(INJECT)) {
                    return true;
                }
            } catch (IOException e) {
                return false; // such as a class that was made at run time: its instances are made all the same
            }
        }
        return false;
    }
}
