package dev.mcpgateway.policy.screen;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Scans segments, joined in order, and says what was found in each of them. */
final class TextScan {

    /** Matches of one scan; a text with more is not worth counting and has no complete verdict. */
    private static final int MATCHES_MAX = 10_000;

    private final PatternSet patterns;
    private final WorkBudget budget;
    private final List<Numbered> segments;
    private final int[] starts;

    private record Numbered(int number, Segment segment) {
        String text() {
            return segment.text();
        }
    }

    private TextScan(PatternSet patterns, WorkBudget budget, List<Numbered> segments) {
        this.patterns = patterns;
        this.budget = budget;
        this.segments = segments;
        this.starts = new int[segments.size()];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + segments.get(i - 1).text().length() + 1;
        }
    }

    /** What was found, and whether all of the text was looked at. */
    record Result(List<Located> findings, boolean complete) {}

    /**
     * Every finding in {@code segments}, by segment and position. Values are joined in order, and so are member names, so
     * that an attack split over several of them is found. When {@code budget} does not suffice, the findings so far.
     */
    static Result scan(PatternSet patterns, WorkBudget budget, List<Segment> segments) {
        List<Numbered> values = new ArrayList<>();
        List<Numbered> names = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            boolean isName = segments.get(i).place() == Place.STRUCTURED_KEY;
            (isName ? names : values).add(new Numbered(i, segments.get(i)));
        }
        List<Located> findings = new ArrayList<>();
        boolean valuesComplete = joined(patterns, budget, values, findings);
        boolean namesComplete = joined(patterns, budget, names, findings);
        findings.sort(Comparator.comparingInt(Located::segment)
                .thenComparingInt(located -> located.finding().start())
                .thenComparing(located -> located.finding().rule()));
        return new Result(findings, valuesComplete && namesComplete);
    }

    private static boolean joined(
            PatternSet patterns, WorkBudget budget, List<Numbered> segments, List<Located> findings) {
        if (segments.isEmpty() || isClean(patterns.automaton(), segments)) {
            return true;
        }
        TextScan scan = new TextScan(patterns, budget, segments);
        List<Match> matches = new ArrayList<>();
        boolean complete = true;
        try {
            scan.match(matches);
        } catch (WorkBudget.Exhausted exhausted) {
            complete = false;
        }
        matches.forEach(match -> scan.report(match, findings));
        return complete;
    }

    /** True for ASCII without any literal, which is most text; nothing is copied into a view for it. */
    private static boolean isClean(LiteralAutomaton automaton, List<Numbered> segments) {
        int state = automaton.start();
        for (int i = 0; i < segments.size() && state >= 0; i++) {
            String text = segments.get(i).text();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            state = bytes.length == text.length() ? automaton.passClean(bytes, state) : -1;
            state = state < 0 ? state : automaton.passBoundary(state);
        }
        return state >= 0;
    }

    private void match(List<Match> matches) {
        ViewBuilder builder = builder(false);
        View view = builder.build();
        for (OddityMark mark : view.oddities()) {
            odd(mark, matches);
        }
        match(view, matches);
        if (builder.isAmbiguous()) {
            List<Match> otherReading = new ArrayList<>();
            match(builder(true).build(), otherReading);
            addNew(matches, otherReading);
        }
    }

    private ViewBuilder builder(boolean finalsAreText) {
        int chars = 0;
        for (Numbered segment : segments) {
            chars += segment.text().length() + 1;
        }
        budget.spend(chars);
        ViewBuilder builder = new ViewBuilder(patterns.lookAlikes(), chars, finalsAreText);
        segments.forEach(segment -> builder.append(segment.text()));
        return builder;
    }

    private void match(View view, List<Match> matches) {
        WindowScan.run(patterns, view, budget, (rule, start, end) -> {
            if (matches.size() == MATCHES_MAX) {
                throw new WorkBudget.Exhausted();
            }
            matches.add(new Match(rule, view.sourceStart(start), view.sourceEnd(end), view.isConcealed(start, end)));
        });
    }

    private void odd(OddityMark mark, List<Match> matches) {
        for (PatternRule rule : patterns.rules()) {
            boolean matched = rule.match() instanceof PatternRule.Match.Odd(Oddity oddity, int min)
                    && oddity == mark.oddity()
                    && mark.units() >= min;
            if (matched && matches.size() < MATCHES_MAX) {
                matches.add(new Match(rule, mark.start(), mark.end(), true));
            }
        }
    }

    private void addNew(List<Match> matches, List<Match> otherReading) {
        int known = matches.size();
        for (Match match : otherReading) {
            budget.spend(known);
            boolean seen = matches.subList(0, known).stream()
                    .anyMatch(other -> other.rule().id().equals(match.rule().id()) && other.overlaps(match));
            if (!seen) {
                matches.add(match);
            }
        }
    }

    /** One finding per segment that the match touches. */
    private void report(Match match, List<Located> findings) {
        int first = segmentAt(match.start());
        int last = segmentAt(Math.max(match.start(), match.end() - 1));
        if (!match.rule().places().contains(segments.get(first).segment().place())) {
            return;
        }
        for (int i = first; i <= last; i++) {
            Segment segment = segments.get(i).segment();
            int start = Math.max(0, match.start() - starts[i]);
            int end = Math.min(segment.text().length(), match.end() - starts[i]);
            if (start < end) {
                String view = first < last ? Finding.JOINED : match.concealed() ? Finding.CONCEALED : Finding.TEXT;
                PatternRule rule = match.rule();
                Finding finding = new Finding(
                        rule.id(),
                        rule.revision(),
                        rule.family(),
                        rule.weight(),
                        segment.place(),
                        segment.pointer(),
                        start,
                        end,
                        view);
                findings.add(new Located(segments.get(i).number(), finding));
            }
        }
    }

    private int segmentAt(int source) {
        int found = Arrays.binarySearch(starts, source);
        return found >= 0 ? found : -found - 2;
    }
}
