package dev.mcpgateway.connectors.openapi;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** Names that every client takes, made of names that an API's author was free to choose. */
final class ToolNames {
    /** Longest name of a tool, a property or a definition; common clients accept no longer one. */
    static final int CHARS_MAX = 64;

    private static final int HASH_CHARS = 8;

    private ToolNames() {}

    /** With {@code _} for every character but {@code A-Z a-z 0-9 _ . -}; what is too long ends in a hash of itself. */
    static String cleaned(String text) {
        String clean = text.replaceAll("[^A-Za-z0-9_.-]", "_");
        if (clean.length() > CHARS_MAX) {
            return clean.substring(0, CHARS_MAX - HASH_CHARS - 1) + "_" + hash(text);
        }
        return clean.isEmpty() ? "_" : clean;
    }

    /** For an operation without an id: {@code get_pets_petId}. */
    static String ofPath(String method, String path) {
        String words = path.replaceAll("[^A-Za-z0-9]+", "_").replaceAll("^_|_$", "");
        return cleaned(method.toLowerCase(Locale.ROOT) + (words.isEmpty() ? "" : "_" + words));
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
