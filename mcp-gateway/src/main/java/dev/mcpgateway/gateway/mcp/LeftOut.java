package dev.mcpgateway.gateway.mcp;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Collects what one view leaves out of one catalogue, and logs what it did not leave out before. */
final class LeftOut {
    private static final Logger LOG = LoggerFactory.getLogger(LeftOut.class);

    /** Sentences kept, and logged; an upstream decides how many there would be. */
    private static final int SENTENCES_MAX = 100;

    private static final int NAME_CHARS_MAX = 200;

    private final String view;
    private final Set<String> before;
    private final List<String> sentences = new ArrayList<>();
    private int omitted;

    LeftOut(String view, List<String> before) {
        this.view = view;
        this.before = new HashSet<>(before);
    }

    /** One more is left out; {@code name} is the upstream's word and may hold anything. */
    void add(String kind, String name, String reason) {
        if (sentences.size() == SENTENCES_MAX) {
            omitted++;
            return;
        }
        String sentence = kind + " " + printable(name) + " is left out: " + reason;
        sentences.add(sentence);
        if (!before.contains(sentence)) {
            LOG.warn("view {}: {}", view, sentence);
        }
    }

    private static String printable(String name) {
        String cut = name.length() <= NAME_CHARS_MAX ? name : name.substring(0, NAME_CHARS_MAX) + "…";
        return cut.replaceAll("\\p{C}", "?");
    }

    /** What was left out; the last sentence counts what is not told. */
    List<String> sentences() {
        if (omitted == 0) {
            return List.copyOf(sentences);
        }
        List<String> all = new ArrayList<>(sentences);
        all.add(omitted + " more are left out");
        return List.copyOf(all);
    }
}
