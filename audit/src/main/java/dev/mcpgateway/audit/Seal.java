package dev.mcpgateway.audit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The signed statement about a finished segment. Its text is
 *
 * <pre>
 * {@code <origin> segment v1}
 * {@code first <seq of the first record>}
 * {@code last <seq of the last record>}
 * {@code bytes <length of the file>}
 * {@code sha256 <of the file, hexadecimal>}
 * {@code tree <last + 1>}
 * {@code root <root at that size, base64>}
 * </pre>
 *
 * <p>No line but the last could stand in a checkpoint, so that a seal can never be taken for one.
 *
 * @param origin name of the log
 * @param first number of the first record
 * @param last number of the last record
 * @param bytes length of the file
 * @param sha256 hash of the file, hexadecimal
 * @param head the tree up to the last record
 */
record Seal(String origin, long first, long last, long bytes, String sha256, TreeHead head) {
    private static final Pattern TEXT = Pattern.compile("""
            (?<origin>[^\\s]+) segment v1
            first (?<first>0|[1-9][0-9]{0,17})
            last (?<last>0|[1-9][0-9]{0,17})
            bytes (?<bytes>0|[1-9][0-9]{0,17})
            sha256 (?<sha256>[0-9a-f]{64})
            tree (?<tree>0|[1-9][0-9]{0,17})
            root (?<root>[A-Za-z0-9+/=]{44})
            """);

    String text() {
        return origin + " segment v1\nfirst " + first + "\nlast " + last + "\nbytes " + bytes + "\nsha256 " + sha256
                + "\ntree " + head.size() + "\nroot " + head.root() + "\n";
    }

    /**
     * Reads the signed text.
     *
     * @throws SignedNote.Malformed if it is not exactly of the form above
     */
    static Seal parse(String text) throws SignedNote.Malformed {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new SignedNote.Malformed("not the text of a segment seal");
        }
        TreeHead head = new TreeHead(Long.parseLong(parts.group("tree")), Checkpoint.root(parts.group("root")));
        return new Seal(
                parts.group("origin"),
                Long.parseLong(parts.group("first")),
                Long.parseLong(parts.group("last")),
                Long.parseLong(parts.group("bytes")),
                parts.group("sha256"),
                head);
    }
}
