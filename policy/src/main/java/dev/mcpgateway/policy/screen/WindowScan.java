package dev.mcpgateway.policy.screen;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Runs each rule's expression in windows around its literals. Windows of a rule that overlap are merged before the
 * expression runs, and the region's bounds are transparent and do not anchor, so that the matches are exactly those of a
 * scan of the whole view: every match holds a literal, and the literal's window holds the match.
 */
final class WindowScan implements LiteralAutomaton.Sink {

    private static final int CLOSED = -1;

    private final PatternSet patterns;
    private final List<PatternRule> rules;
    private final View view;
    private final WindowText text;
    private final WorkBudget budget;
    private final MatchSink matches;
    private final int[] windowStart;
    private final int[] windowEnd;
    private final @Nullable Matcher[] matchers;

    /** Takes the matches of a rule. */
    interface MatchSink {
        /** {@code rule} matches the view characters from {@code start} to before {@code end}. */
        void matched(PatternRule rule, int start, int end);
    }

    private WindowScan(PatternSet patterns, View view, WorkBudget budget, MatchSink matches) {
        this.patterns = patterns;
        this.rules = patterns.rules();
        this.view = view;
        this.text = new WindowText(view, budget);
        this.budget = budget;
        this.matches = matches;
        this.windowStart = new int[rules.size()];
        this.windowEnd = new int[rules.size()];
        this.matchers = new @Nullable Matcher[rules.size()];
        Arrays.fill(windowEnd, CLOSED);
    }

    /** Hands every match in {@code view} to {@code matches}; throws {@link WorkBudget.Exhausted}. */
    static void run(PatternSet patterns, View view, WorkBudget budget, MatchSink matches) {
        WindowScan scan = new WindowScan(patterns, view, budget, matches);
        budget.spend(view.length());
        patterns.automaton().scan(view.chars(), view.length(), scan);
        for (int rule = 0; rule < scan.rules.size(); rule++) {
            scan.close(rule);
        }
    }

    @Override
    public void found(int literal, int end) {
        for (int rule : patterns.rulesOfLiteral(literal)) {
            budget.spend(1);
            PatternRule.Match.Regex regex = regex(rule);
            int start = Math.max(0, end - regex.longestLiteral() - regex.before());
            if (start >= windowEnd[rule]) {
                close(rule);
                windowStart[rule] = start;
            }
            windowEnd[rule] = Math.min(view.length(), end + regex.after());
        }
    }

    private void close(int rule) {
        if (windowEnd[rule] == CLOSED) {
            return;
        }
        Matcher matcher = matchers[rule];
        if (matcher == null) {
            matcher = regex(rule)
                    .pattern()
                    .matcher(text)
                    .useAnchoringBounds(false)
                    .useTransparentBounds(true);
            matchers[rule] = matcher;
        }
        matcher.region(windowStart[rule], windowEnd[rule]);
        while (matcher.find()) {
            matches.matched(rules.get(rule), matcher.start(), matcher.end());
        }
        windowEnd[rule] = CLOSED;
    }

    private PatternRule.Match.Regex regex(int rule) {
        return (PatternRule.Match.Regex) rules.get(rule).match();
    }
}
