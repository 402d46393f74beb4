package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.TextRule;
import java.util.ArrayList;
import java.util.List;

/** Finds the texts of the operator's lists. */
final class ListDetector implements Detector {

    /** Steps of one search, characters times instructions; beyond, the text has no verdict. */
    private static final long STEPS_MAX = 500_000_000;

    /** Matches of one search; a text with more has no complete verdict. */
    private static final int MATCHES_MAX = 10_000;

    private final List<TextRule> rules;
    private final long size;

    ListDetector(List<TextRule> rules) {
        this.rules = List.copyOf(rules);
        this.size = rules.stream().mapToLong(TextRule::size).sum();
    }

    @Override
    public boolean looksAtTrusted() {
        return true;
    }

    @Override
    public TextScan.Result find(List<Segment> texts) {
        List<Located> found = new ArrayList<>();
        long steps = 0;
        for (int i = 0; i < texts.size(); i++) {
            Segment segment = texts.get(i);
            int number = i;
            steps += size * segment.text().length();
            if (steps > STEPS_MAX || found.size() > MATCHES_MAX) {
                return new TextScan.Result(found, false);
            }
            for (TextRule rule : rules) {
                rule.find(segment.text(), (start, end) -> {
                    if (found.size() <= MATCHES_MAX) {
                        found.add(new Located(number, finding(rule, segment, start, end)));
                    }
                });
            }
        }
        return new TextScan.Result(found, found.size() <= MATCHES_MAX);
    }

    private static Finding finding(TextRule rule, Segment segment, int start, int end) {
        return new Finding(rule.id(), 1, Finding.LIST, 1, segment.place(), segment.pointer(), start, end, Finding.TEXT);
    }
}
