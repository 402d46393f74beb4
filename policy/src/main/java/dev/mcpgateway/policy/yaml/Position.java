package dev.mcpgateway.policy.yaml;

/**
 * Where something stands in a file: line and column count from 1, both 0 when the whole file is meant; {@code pointer}
 * is an RFC 6901 JSON pointer, empty for the root.
 */
public record Position(String file, int line, int column, String pointer) {

    /** The whole of {@code file}. */
    public static Position wholeFile(String file) {
        return new Position(file, 0, 0, "");
    }

    Position at(int line, int column) {
        return new Position(file, line, column, pointer);
    }

    /** The position of member {@code token} below this one, before its own line and column are known. */
    Position child(String token) {
        return new Position(
                file, line, column, pointer + "/" + token.replace("~", "~0").replace("/", "~1"));
    }
}
