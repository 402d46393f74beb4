package dev.mcpgateway.policy.screen;

import java.util.List;

/** Finds orders to the model and hidden text, by the rules of a pattern set. */
final class OrderDetector implements Detector {

    /** Characters visited per character of text, besides {@link #WORK_BASE}, as for results of tools. */
    private static final long WORK_PER_CHAR = 64;

    private static final long WORK_BASE = 1_000_000;

    private final PatternSet patterns;

    OrderDetector(PatternSet patterns) {
        this.patterns = patterns;
    }

    @Override
    public boolean looksAtTrusted() {
        return false;
    }

    @Override
    public TextScan.Result find(List<Segment> texts) {
        long chars = 0;
        for (Segment text : texts) {
            chars += text.text().length();
        }
        return TextScan.scan(patterns, new WorkBudget(WORK_BASE + WORK_PER_CHAR * chars), texts);
    }
}
