package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.ScreenSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Screens what an upstream sends before an agent may see it. Immutable and safe for use by many threads; deterministic.
 *
 * <p>Per family, the tool's settings say whether findings count ({@link ScreenMode}) and what they lead to; the strongest
 * treatment of all families wins. A text that exhausts the work limit has no verdict: it is withheld as soon as one
 * family is enforced. What cannot be redacted surely is withheld.
 */
public final class ResponseScreen {

    /** Characters visited per character of text, besides {@link #WORK_BASE}; clean text needs about 3. */
    private static final long WORK_PER_CHAR = 64;

    /** Characters visited that any message may cost. */
    private static final long WORK_BASE = 1_000_000;

    private static final Finding BUDGET_REACHED =
            new Finding(Finding.BUDGET_RULE, 1, Finding.ENGINE, 1, Place.TOOL_OUTPUT, "", 0, 0, Finding.TEXT);

    private final PatternSet patterns;
    private final long workBase;
    private final long workPerChar;

    /** Screens with {@code patterns}. */
    public ResponseScreen(PatternSet patterns) {
        this(patterns, WORK_BASE, WORK_PER_CHAR);
    }

    ResponseScreen(PatternSet patterns, long workBase, long workPerChar) {
        this.patterns = patterns;
        this.workBase = workBase;
        this.workPerChar = workPerChar;
    }

    /**
     * Screens {@code message}, whose strings are {@code segments}, all of them: what is not given is not looked at. The
     * array is not copied and must not change afterwards.
     */
    public ScreenedResult screen(Permit permit, ScreenSettings settings, byte[] message, List<Segment> segments) {
        Findings found = find(settings, segments);
        Treatment action = treatment(settings, found, ScreenMode.ENFORCE);
        Treatment wouldAction = treatment(settings, found, ScreenMode.SHADOW);
        List<Edit> edits = List.of();
        if (action == Treatment.REDACT) {
            Optional<List<Edit>> redaction = redact(settings, message, segments, found.located());
            edits = redaction.orElse(List.of());
            action = redaction.isPresent() ? Treatment.REDACT : Treatment.BLOCK;
        }
        Verdict verdict = verdict(settings, found, action, wouldAction.strongest(action), segments);
        return new ScreenedResult(permit, message, action == Treatment.BLOCK, edits, verdict);
    }

    /** What {@code segments} hold, without doing anything about it: the verdict of shadow mode for every family. */
    public Verdict scan(List<Segment> segments) {
        ScreenSettings settings = ScreenSettings.DEFAULT;
        Findings found = find(settings, segments);
        return verdict(settings, found, Treatment.ALLOW, treatment(settings, found, ScreenMode.SHADOW), segments);
    }

    private record Findings(List<Located> located, boolean complete, boolean looked) {
        boolean any(String family) {
            for (Located one : located) {
                if (one.finding().family().equals(family)) {
                    return true;
                }
            }
            return false;
        }
    }

    private Findings find(ScreenSettings settings, List<Segment> segments) {
        if (settings.injection().mode() == ScreenMode.OFF && settings.hidden().mode() == ScreenMode.OFF) {
            return new Findings(List.of(), true, false);
        }
        WorkBudget budget = new WorkBudget(workBase + workPerChar * chars(segments));
        TextScan.Result result = TextScan.scan(patterns, budget, segments);
        List<Located> found = new ArrayList<>();
        if (!result.complete()) {
            found.add(new Located(0, BUDGET_REACHED));
        }
        for (Located located : result.findings()) {
            if (rule(settings, located.finding()).mode() != ScreenMode.OFF) {
                found.add(located);
            }
        }
        return new Findings(found, result.complete(), true);
    }

    private static ScreenRule rule(ScreenSettings settings, Finding finding) {
        return finding.family().equals(Finding.HIDDEN) ? settings.hidden() : settings.injection();
    }

    private static long chars(List<Segment> segments) {
        long chars = 0;
        for (Segment segment : segments) {
            chars += segment.text().length();
        }
        return chars;
    }

    /** What the families whose mode is at least {@code from} ask for. */
    private static Treatment treatment(ScreenSettings settings, Findings found, ScreenMode from) {
        if (!found.complete() && strongestMode(settings).compareTo(from) >= 0) {
            return Treatment.BLOCK;
        }
        return asked(settings.injection(), found.any(Finding.INJECTION), from)
                .strongest(asked(settings.hidden(), found.any(Finding.HIDDEN), from));
    }

    private static Treatment asked(ScreenRule rule, boolean found, ScreenMode from) {
        return found && rule.mode().compareTo(from) >= 0 ? Treatment.of(rule.action()) : Treatment.ALLOW;
    }

    private static ScreenMode strongestMode(ScreenSettings settings) {
        return settings.injection().strongest(settings.hidden()).mode();
    }

    private Optional<List<Edit>> redact(
            ScreenSettings settings, byte[] message, List<Segment> segments, List<Located> found) {
        List<Located> redacted = found.stream()
                .filter(located -> isRedacted(rule(settings, located.finding())))
                .toList();
        return Redaction.redacted(segments, redacted)
                .filter(after -> isClear(settings, after))
                .flatMap(after -> Edits.of(message, segments, after));
    }

    /** Screens once more: what was cut out must not leave a text that would have been cut out. */
    private boolean isClear(ScreenSettings settings, List<Segment> after) {
        Findings left = find(settings, after);
        return left.complete()
                && left.located().stream().noneMatch(located -> isRedacted(rule(settings, located.finding())));
    }

    private static boolean isRedacted(ScreenRule rule) {
        return Treatment.of(rule.action()) == Treatment.REDACT && rule.mode() == ScreenMode.ENFORCE;
    }

    private Verdict verdict(
            ScreenSettings settings, Findings found, Treatment action, Treatment wouldAction, List<Segment> segments) {
        List<Finding> all = found.located().stream().map(Located::finding).toList();
        return new Verdict(
                strongestMode(settings),
                action,
                wouldAction,
                Verdict.score(all),
                new ArrayList<>(all.subList(0, Math.min(all.size(), Verdict.FINDINGS_MAX))),
                all.size(),
                new Coverage(segments.size(), found.looked() ? chars(segments) : 0, !found.complete()),
                patterns.name(),
                patterns.version(),
                patterns.sha256());
    }
}
