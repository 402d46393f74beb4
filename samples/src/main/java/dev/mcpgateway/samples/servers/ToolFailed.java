package dev.mcpgateway.samples.servers;

import java.io.Serial;

/** A tool could not do its work; the text tells the model what it can do about it. */
final class ToolFailed extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String text;

    ToolFailed(String text) {
        super(text);
        this.text = text;
    }

    String text() {
        return text;
    }
}
