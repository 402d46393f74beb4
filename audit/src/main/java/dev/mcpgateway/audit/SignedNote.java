package dev.mcpgateway.audit;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A signed note (C2SP signed-note): text, an empty line, and one line {@code — name base64} per signature.
 *
 * <p>Read strictly: UTF-8, no control character but LF, canonical base64, at most {@value #SIGNATURES_MAX} signatures.
 *
 * @param text the signed text with its final LF
 * @param signatures all signature lines, those of unknown keys included
 */
record SignedNote(String text, List<Line> signatures) {
    /** Longest note that is read, in bytes. */
    static final int BYTES_MAX = 64 << 10;

    /** Most signature lines that are looked at. */
    static final int SIGNATURES_MAX = 100;

    private static final String SIGNATURE_START = "— ";

    SignedNote {
        signatures = List.copyOf(signatures);
    }

    /**
     * One signature line.
     *
     * @param name name of the key
     * @param base64 four bytes of key id, then the signature
     */
    record Line(String name, String base64) {
        int keyId() {
            return ByteBuffer.wrap(bytes()).getInt();
        }

        byte[] signature() {
            byte[] bytes = bytes();
            return Arrays.copyOfRange(bytes, Integer.BYTES, bytes.length);
        }

        private byte[] bytes() {
            return Base64Text.decode(base64).orElseThrow();
        }
    }

    static String format(String text, String name, String signature) {
        return text + "\n" + SIGNATURE_START + name + " " + signature + "\n";
    }

    /**
     * Reads a note without verifying any signature.
     *
     * @throws Malformed if it is not one
     */
    static SignedNote parse(byte[] note) throws Malformed {
        String all = decode(note);
        int split = all.lastIndexOf("\n\n");
        if (split < 0 || !all.endsWith("\n") || split + 2 == all.length()) {
            throw new Malformed("no signature line behind an empty line");
        }
        List<Line> lines = new ArrayList<>();
        for (String line : all.substring(split + 2, all.length() - 1).split("\n", -1)) {
            lines.add(line(line));
        }
        if (lines.size() > SIGNATURES_MAX) {
            throw new Malformed("more than " + SIGNATURES_MAX + " signatures");
        }
        return new SignedNote(all.substring(0, split + 1), lines);
    }

    private static String decode(byte[] note) throws Malformed {
        if (note.length > BYTES_MAX) {
            throw new Malformed("longer than " + BYTES_MAX + " bytes");
        }
        try {
            String all = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(note))
                    .toString();
            if (all.chars().anyMatch(unit -> unit < ' ' && unit != '\n')) {
                throw new Malformed("a control character other than LF");
            }
            return all;
        } catch (CharacterCodingException e) {
            throw new Malformed("not UTF-8");
        }
    }

    private static Line line(String line) throws Malformed {
        String[] parts = line.split(" ", -1);
        if (parts.length != 3 || !line.startsWith(SIGNATURE_START) || parts[1].isEmpty()) {
            throw new Malformed("a signature line is not of the form \"— name base64\"");
        }
        byte[] keyed = Base64Text.decode(parts[2]).orElse(new byte[0]);
        if (keyed.length <= Integer.BYTES) {
            throw new Malformed("a signature is not canonical base64 of key id and signature");
        }
        return new Line(parts[1], parts[2]);
    }

    /**
     * Checks the signatures by the given keys; signatures by other keys are ignored, as the format demands.
     *
     * @throws Malformed if a signature by a given key is wrong
     * @return whether there is at least one right signature by a given key
     */
    boolean isSignedBy(List<NoteKey> keys) throws Malformed {
        byte[] signed = text.getBytes(StandardCharsets.UTF_8);
        boolean found = false;
        for (Line line : signatures) {
            for (NoteKey key : keys) {
                if (key.id() == line.keyId() && key.name().equals(line.name())) {
                    if (!key.verifies(signed, line.signature())) {
                        throw new Malformed("the signature by " + key.name() + "+" + key.idText() + " is wrong");
                    }
                    found = true;
                }
            }
        }
        return found;
    }

    /** The bytes are not a note, or a signature on it is wrong. The message says what is wrong. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }
}
