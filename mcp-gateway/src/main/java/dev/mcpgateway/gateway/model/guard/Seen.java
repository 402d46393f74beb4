package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.screen.Finding;
import dev.mcpgateway.policy.screen.Treatment;
import dev.mcpgateway.policy.screen.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the guardrails of one call saw, of its request and its answer together, for the audit log and the metrics. */
final class Seen {
    private final Telemetry telemetry;
    private final List<ScreenRecord.Finding> findings = new ArrayList<>();
    private ScreenRecord.Pack pack = new ScreenRecord.Pack("", "", "");
    private ScreenMode mode = ScreenMode.OFF;
    private Treatment action = Treatment.ALLOW;
    private Treatment wouldAction = Treatment.ALLOW;
    private int segments;
    private long chars;
    private int unscanned;
    private boolean incomplete;

    Seen(Telemetry telemetry) {
        this.telemetry = telemetry;
    }

    /** Takes a verdict in, and how many binary values stood beside what it is about. */
    void add(Verdict verdict, int binaries) {
        pack = new ScreenRecord.Pack(verdict.pack(), Integer.toString(verdict.packVersion()), verdict.packSha256());
        mode = stronger(mode, verdict.mode());
        action = stronger(action, verdict.action());
        wouldAction = stronger(wouldAction, verdict.wouldAction());
        segments += verdict.coverage().segments();
        chars += verdict.coverage().chars();
        unscanned += binaries;
        incomplete |= verdict.coverage().incomplete();
        for (Finding finding : verdict.findings()) {
            if (findings.size() < Verdict.FINDINGS_MAX) {
                findings.add(recorded(finding));
            }
        }
        if (verdict.findingsTotal() > 0) {
            telemetry.screened(lower(verdict.action()), verdict.findingsTotal());
        }
    }

    private static <E extends Enum<E>> E stronger(E one, E other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** All of it; {@link ScreenRecord#NONE} when nothing was looked at. */
    ScreenRecord record() {
        if (pack.name().isEmpty()) {
            return ScreenRecord.NONE;
        }
        String verdict = findings.isEmpty() ? "clean" : "hit";
        return new ScreenRecord(
                List.of(pack),
                lower(mode),
                incomplete ? "incomplete" : verdict,
                lower(action),
                wouldAction == action ? "" : lower(wouldAction),
                findings,
                new ScreenRecord.Coverage(segments, chars, unscanned, incomplete));
    }

    private static ScreenRecord.Finding recorded(Finding finding) {
        return new ScreenRecord.Finding(
                finding.rule(),
                finding.revision(),
                lower(finding.place()),
                finding.pointer(),
                finding.start(),
                finding.end() - finding.start(),
                "");
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
