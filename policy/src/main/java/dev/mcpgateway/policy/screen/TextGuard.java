package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.TextRule;
import dev.mcpgateway.policy.TextScreening;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Screens what passes in one direction between an agent and a model. Immutable and safe for use by many threads;
 * deterministic. The strongest treatment of all findings wins; a text that exhausts the work limit has no verdict and is
 * withheld as soon as anything is enforced. What cannot be redacted surely is withheld.
 */
public final class TextGuard {

    private static final Finding BUDGET_REACHED =
            new Finding(Finding.BUDGET_RULE, 1, Finding.ENGINE, 1, Place.META, "", 0, 0, Finding.TEXT);

    private final PatternSet patterns;
    private final TextScreening rules;
    private final Map<String, ScreenRule> lists = new HashMap<>();
    private final List<Detector> detectors = new ArrayList<>();

    /** Screens as {@code rules} say, with {@code patterns} for orders and hidden text. */
    public TextGuard(PatternSet patterns, TextScreening rules) {
        this.patterns = patterns;
        this.rules = rules;
        if (rules.injection().mode() != ScreenMode.OFF || rules.hidden().mode() != ScreenMode.OFF) {
            detectors.add(new OrderDetector(patterns));
        }
        if (!rules.lists().isEmpty()) {
            detectors.add(new ListDetector(rules.lists()));
        }
        for (TextRule list : rules.lists()) {
            lists.put(list.id(), list.rule());
        }
    }

    /** Whether it looks for nothing. */
    public boolean isIdle() {
        return detectors.isEmpty();
    }

    /** Whether a finding can lead to anything else than a record of it. */
    public boolean mayChange() {
        return strongest(ScreenMode.ENFORCE).compareTo(Treatment.FLAG) > 0;
    }

    /**
     * Screens {@code message}, whose strings are {@code passages}, all of them: what is not given is not looked at. The
     * array is not copied and must not change afterwards.
     */
    public ScreenedResult screen(Permit permit, byte[] message, List<Passage> passages) {
        List<Segment> segments = passages.stream().map(Passage::segment).toList();
        Found found = find(passages);
        Treatment action = treatment(found, ScreenMode.ENFORCE);
        Treatment wouldAction = treatment(found, ScreenMode.SHADOW).strongest(action);
        List<Edit> edits = List.of();
        if (action == Treatment.REDACT) {
            Optional<List<Edit>> redaction = Redaction.alone(segments, redacted(found.located()))
                    .filter(after -> isClear(passages, after))
                    .flatMap(after -> Edits.of(message, segments, after));
            edits = redaction.orElse(List.of());
            action = redaction.isPresent() ? Treatment.REDACT : Treatment.BLOCK;
        }
        Verdict verdict = verdict(found, action, wouldAction.strongest(action), segments);
        return new ScreenedResult(permit, message, action == Treatment.BLOCK, edits, verdict);
    }

    /** A text that comes in parts. */
    public PartedText parted(Place place, String pointer) {
        return new PartedText(this, place, pointer);
    }

    /** What was found, by text and place, and whether all was looked at. */
    record Found(List<Located> located, boolean complete) {}

    Found find(List<Passage> passages) {
        List<Located> all = new ArrayList<>();
        boolean complete = true;
        for (Detector detector : detectors) {
            List<Segment> texts = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < passages.size(); i++) {
                if (detector.looksAtTrusted() || !passages.get(i).isTrusted()) {
                    texts.add(passages.get(i).segment());
                    numbers.add(i);
                }
            }
            TextScan.Result result = detector.find(texts);
            complete &= result.complete();
            for (Located one : result.findings()) {
                if (rule(one.finding()).mode() != ScreenMode.OFF) {
                    all.add(new Located(numbers.get(one.segment()), one.finding()));
                }
            }
        }
        all.sort(Comparator.comparingInt(Located::segment)
                .thenComparingInt(located -> located.finding().start())
                .thenComparing(located -> located.finding().rule()));
        if (!complete) {
            all.addFirst(new Located(0, BUDGET_REACHED));
        }
        return new Found(all, complete);
    }

    private ScreenRule rule(Finding finding) {
        return switch (finding.family()) {
            case Finding.LIST -> lists.getOrDefault(finding.rule(), ScreenRule.OFF);
            case Finding.HIDDEN -> rules.hidden();
            default -> rules.injection();
        };
    }

    /** What is done about a finding. */
    Treatment treatment(Finding finding, ScreenMode from) {
        if (finding.family().equals(Finding.ENGINE)) {
            return mode().compareTo(from) >= 0 ? Treatment.BLOCK : Treatment.ALLOW;
        }
        ScreenRule rule = rule(finding);
        return rule.mode().compareTo(from) >= 0 ? Treatment.of(rule.action()) : Treatment.ALLOW;
    }

    private Treatment treatment(Found found, ScreenMode from) {
        Treatment strongest = Treatment.ALLOW;
        for (Located one : found.located()) {
            strongest = strongest.strongest(treatment(one.finding(), from));
        }
        return strongest;
    }

    /** The strongest that the rules of at least this mode can ask for. */
    private Treatment strongest(ScreenMode from) {
        Treatment strongest = Treatment.ALLOW;
        for (ScreenRule rule : all()) {
            strongest = strongest.strongest(
                    rule.mode().compareTo(from) >= 0 ? Treatment.of(rule.action()) : Treatment.ALLOW);
        }
        return strongest;
    }

    private ScreenMode mode() {
        ScreenMode mode = ScreenMode.OFF;
        for (ScreenRule rule : all()) {
            mode = rule.mode().compareTo(mode) > 0 ? rule.mode() : mode;
        }
        return mode;
    }

    private List<ScreenRule> all() {
        List<ScreenRule> all = new ArrayList<>(lists.values());
        all.add(rules.injection());
        all.add(rules.hidden());
        return all;
    }

    private List<Located> redacted(List<Located> found) {
        return found.stream()
                .filter(one -> treatment(one.finding(), ScreenMode.ENFORCE) == Treatment.REDACT)
                .toList();
    }

    /** Screens once more: what was cut out must not leave a text that would have been cut out. */
    private boolean isClear(List<Passage> before, List<Segment> after) {
        List<Passage> passages = new ArrayList<>();
        for (int i = 0; i < after.size(); i++) {
            passages.add(new Passage(after.get(i), before.get(i).isTrusted()));
        }
        Found left = find(passages);
        return left.complete() && redacted(left.located()).isEmpty();
    }

    private Verdict verdict(Found found, Treatment action, Treatment wouldAction, List<Segment> segments) {
        long chars = 0;
        for (Segment segment : segments) {
            chars += segment.text().length();
        }
        List<Finding> findings = found.located().stream().map(Located::finding).toList();
        return verdict(
                findings, action, wouldAction, new Coverage(segments.size(), isIdle() ? 0 : chars, !found.complete()));
    }

    /** A verdict of this guard's pack; {@code findings} may be more than a verdict holds. */
    Verdict verdict(List<Finding> findings, Treatment action, Treatment wouldAction, Coverage coverage) {
        return new Verdict(
                mode(),
                action,
                wouldAction,
                Verdict.score(findings),
                new ArrayList<>(findings.subList(0, Math.min(findings.size(), Verdict.FINDINGS_MAX))),
                findings.size(),
                coverage,
                patterns.name(),
                patterns.version(),
                patterns.sha256());
    }
}
