package dev.mcpgateway.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the tree, while it grows record by record, with every root that somebody claims for a smaller or equal size.
 */
final class RootChecks {
    private final Findings findings;
    private final HistoryCursor history;
    private final List<Claim> claims = new ArrayList<>();
    private Optional<CheckpointLine> line;
    private Optional<CheckpointLine> newest = Optional.empty();
    private Optional<CheckpointLine> agreedLine = Optional.empty();
    private long nextSize;
    private long agreed;

    RootChecks(Findings findings, HistoryCursor history) throws IOException {
        this.findings = findings;
        this.history = history;
        this.line = history.next();
        this.nextSize = smallestSize();
    }

    /**
     * A root that must be met.
     *
     * @param head size and root
     * @param what where it comes from
     * @param kind what it means if it is not met
     */
    record Claim(TreeHead head, String what, Findings.Kind kind) {}

    void add(Claim claim) {
        if (claim.head().size() == 0) {
            compare(claim, new HashTree().head());
        } else {
            claims.add(claim);
        }
        nextSize = smallestSize();
    }

    private long smallestSize() {
        long size = line.map(found -> found.head().size()).orElse(Long.MAX_VALUE);
        for (Claim claim : claims) {
            size = Math.min(size, claim.head().size());
        }
        return size;
    }

    /** Called after each record. */
    void grown(HashTree tree) throws IOException {
        if (tree.size() < nextSize) {
            return;
        }
        TreeHead head = tree.head();
        while (line.isPresent() && line.get().head().size() <= head.size()) {
            if (compare(claim(line.get()), head)) {
                agreedLine = line;
            }
            advance();
        }
        for (Claim claim : List.copyOf(claims)) {
            if (claim.head().size() <= head.size()) {
                compare(claim, head);
                claims.remove(claim);
            }
        }
        nextSize = smallestSize();
    }

    private void advance() throws IOException {
        newest = line;
        long before = line.map(found -> found.head().size()).orElse(0L);
        line = history.next();
        if (line.isPresent() && line.get().head().size() <= before) {
            findings.problem(
                    Findings.Kind.ALTERED,
                    LogFiles.CHECKPOINTS + " names size " + line.get().head().size() + " after size " + before);
        }
    }

    private static Claim claim(CheckpointLine line) {
        return new Claim(line.head(), LogFiles.CHECKPOINTS, Findings.Kind.ALTERED);
    }

    private boolean compare(Claim claim, TreeHead head) {
        if (claim.head().equals(head)) {
            agreed = Math.max(agreed, head.size());
            return true;
        }
        if (claim.head().size() == head.size()) {
            findings.problem(
                    claim.kind(),
                    "records " + agreed + " to " + (head.size() - 1) + " do not hash to the root in " + claim.what()
                            + ": at least one of them is not the one that was signed");
        }
        return false;
    }

    /** After the last record: every claim left is about records that are not there. */
    void ended(long records) throws IOException {
        readOn();
        newest.filter(found -> found.head().size() > records).ifPresent(found -> claims.add(claim(found)));
        claims.forEach(claim -> findings.problem(
                claim.kind(),
                "there are " + records + " good records, but " + claim.what() + " covers "
                        + claim.head().size() + ": the end of the log is missing"));
    }

    /** Reads the rest of the history, so that {@link #newest} is known. */
    void readOn() throws IOException {
        while (line.isPresent()) {
            advance();
        }
    }

    /** Records covered by the last line of the history whose root they hash to. */
    long agreedSize() {
        return agreedLine.map(found -> found.head().size()).orElse(0L);
    }

    /** The last line of the history. */
    Optional<CheckpointLine> newest() {
        return newest;
    }

    /** The last line whose root the records hash to. */
    Optional<CheckpointLine> agreedLine() {
        return agreedLine;
    }
}
