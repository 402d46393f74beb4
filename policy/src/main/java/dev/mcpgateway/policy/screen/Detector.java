package dev.mcpgateway.policy.screen;

import java.util.List;

/** Looks for one kind of thing in texts. Deterministic: the same texts, the same findings. */
interface Detector {

    /** Whether it looks at texts that are trusted, too. */
    boolean looksAtTrusted();

    /** Every finding in {@code texts}, with the number of its text among them. */
    TextScan.Result find(List<Segment> texts);
}
