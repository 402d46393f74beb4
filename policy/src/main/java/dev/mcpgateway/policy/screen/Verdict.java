package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.ScreenMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What screening found and what was done about it: everything the audit log needs to replay it.
 *
 * @param mode the strongest mode that the message was screened in
 * @param action what was done
 * @param wouldAction what would have been done had every screened family been enforced
 * @param score from 0 to 1, higher is worse: 1 minus the product of (1 − weight) over the distinct rules that matched
 * @param findings the first {@link #FINDINGS_MAX} findings, by position
 * @param findingsTotal how many there were
 * @param coverage what was looked at
 * @param pack name of the pattern set
 * @param packVersion its version
 * @param packSha256 SHA-256 of its bytes, lower-case hexadecimal
 */
public record Verdict(
        ScreenMode mode,
        Treatment action,
        Treatment wouldAction,
        double score,
        List<Finding> findings,
        int findingsTotal,
        Coverage coverage,
        String pack,
        int packVersion,
        String packSha256) {

    /** Findings that are kept one by one; the rest is counted. */
    public static final int FINDINGS_MAX = 64;

    /** Copies {@code findings}. */
    public Verdict {
        findings = List.copyOf(findings);
    }

    static double score(List<Finding> findings) {
        Map<String, Double> byRule = new HashMap<>();
        findings.forEach(finding -> byRule.merge(finding.rule(), finding.weight(), Math::max));
        return 1
                - byRule.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .mapToDouble(Map.Entry::getValue)
                        .reduce(1, (rest, weight) -> rest * (1 - weight));
    }
}
