package dev.mcpgateway.audit;

import java.util.List;

/**
 * What a verification found.
 *
 * @param exitCode 0 all proven; 1 damaged or altered; 2 incomplete or unanchored; 3 rollback, fork or foreign key; 4
 *     cannot read. When several apply, the first of 3, 1, 4, 2 wins
 * @param lines the findings in words, each safe to show on a terminal; always say what is not proven
 * @param records records that were read and found good
 * @param provenRecords records under the newest checkpoint that was proven
 */
public record VerifyReport(int exitCode, List<String> lines, long records, long provenRecords) {
    /** Everything is proven. */
    public static final int PROVEN = 0;

    /** Damaged or altered. */
    public static final int ALTERED = 1;

    /** Incomplete, or nothing to anchor the proof in. */
    public static final int UNANCHORED = 2;

    /** Rollback, fork or foreign key. */
    public static final int FOREIGN = 3;

    /** A file cannot be read. */
    public static final int UNREADABLE = 4;

    /** Copies the lines. */
    public VerifyReport {
        lines = List.copyOf(lines);
    }
}
