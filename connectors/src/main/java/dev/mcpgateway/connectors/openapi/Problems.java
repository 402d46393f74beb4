package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.mcp.Printable;
import java.util.ArrayList;
import java.util.List;

/** What was left out of a description and why, as many sentences as anyone reads. */
final class Problems {
    private static final int MAX = 100;
    private static final int CHARS_MAX = 300;

    private final List<String> sentences = new ArrayList<>();
    private int untold;

    void add(String sentence) {
        if (sentences.size() < MAX) {
            sentences.add(Printable.of(sentence, CHARS_MAX));
        } else {
            untold++;
        }
    }

    List<String> list() {
        List<String> all = new ArrayList<>(sentences);
        if (untold > 0) {
            all.add("and " + untold + " more of this kind");
        }
        return all;
    }
}
