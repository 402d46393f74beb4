package dev.mcpgateway.audit;

import java.nio.charset.StandardCharsets;

/**
 * The text of a C2SP tlog-checkpoint: three lines, origin, tree size in decimal, root hash in base64. No extensions.
 *
 * @param origin name of the log
 * @param head size and root
 */
record Checkpoint(String origin, TreeHead head) {
    private static final int LINES = 3;

    String text() {
        return origin + "\n" + head.size() + "\n" + head.root() + "\n";
    }

    /**
     * Reads the signed text.
     *
     * @throws SignedNote.Malformed if it has other lines, leading zeros, or a root that is not 32 bytes
     */
    static Checkpoint parse(String text) throws SignedNote.Malformed {
        String[] lines = text.split("\n", -1);
        if (lines.length != LINES + 1 || !lines[LINES].isEmpty() || lines[0].isEmpty()) {
            throw new SignedNote.Malformed("a checkpoint has exactly three lines");
        }
        byte[] digits = lines[1].getBytes(StandardCharsets.UTF_8);
        long size = Digits.read(digits, 0, digits.length);
        if (size == Digits.NOT_A_NUMBER) {
            throw new SignedNote.Malformed("the tree size is not a plain decimal number");
        }
        return new Checkpoint(lines[0], new TreeHead(size, root(lines[2])));
    }

    static String root(String text) throws SignedNote.Malformed {
        if (Base64Text.decode(text).orElse(new byte[0]).length != HashTree.HASH_BYTES) {
            throw new SignedNote.Malformed("the root is not the canonical base64 of 32 bytes");
        }
        return text;
    }
}
