package dev.mcpgateway.policy.yaml;

/**
 * One thing that is wrong with a file, in an operator's words: where it is, what is wrong and what to do about it.
 *
 * @param file name of the file as it was given to the reader
 * @param line counted from 1; 0 when the whole file is meant
 * @param column counted from 1; 0 when the whole file is meant
 * @param pointer RFC 6901 JSON pointer of the value; empty for the root
 * @param message what is wrong, without a final stop
 * @param hint what to do; empty when the message says it
 */
public record Problem(String file, int line, int column, String pointer, String message, String hint) {

    /** A problem at {@code position}. */
    public Problem(Position position, String message, String hint) {
        this(position.file(), position.line(), position.column(), position.pointer(), message, hint);
    }

    /**
     * The problem on one line, {@code file:line:column: message (at /pointer). hint}; control characters are shown as
     * escapes so that a value of the file cannot forge a second line.
     */
    public String render() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line).append(':').append(column);
        }
        text.append(": ").append(message);
        if (!pointer.isEmpty()) {
            text.append(" (at ").append(pointer).append(')');
        }
        text.append('.');
        if (!hint.isEmpty()) {
            text.append(' ').append(hint);
        }
        return Printable.escape(text.toString());
    }

    @Override
    public String toString() {
        return render();
    }
}
