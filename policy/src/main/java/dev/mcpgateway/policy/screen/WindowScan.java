package dev.mcpgateway.policy.screen;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Runs each rule's expression only where its literals are: at them, for a rule whose matches begin with their literal, and
 * in windows around them for the others. Windows of a rule that overlap are merged before the expression runs, and the
 * region's bounds are transparent and do not anchor, so that the matches are exactly those of a scan of the whole view:
 * every match holds a literal, and the literal's window holds the match.
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

    /** By rule: where its literals begin, after their number. */
    private final int[] @Nullable [] starts;

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
        this.starts = new int[rules.size()] @Nullable [];
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
    public void found(int literal, int start, int end) {
        for (int rule : patterns.rulesOfLiteral(literal)) {
            budget.spend(1);
            PatternRule.Match.Regex regex = patterns.regex(rule);
            if (regex.before() == 0) {
                addStart(rule, start);
            } else {
                addWindow(rule, regex, end);
            }
        }
    }

    private void addStart(int rule, int start) {
        int[] known = starts[rule];
        if (known == null) {
            known = new int[4];
        } else if (known[0] == known.length - 1) {
            known = Arrays.copyOf(known, known.length * 2);
        }
        known[++known[0]] = start;
        starts[rule] = known;
    }

    private void addWindow(int rule, PatternRule.Match.Regex regex, int end) {
        int from = Math.max(0, end - regex.longestLiteral() - regex.before());
        if (from >= windowEnd[rule]) {
            close(rule);
            windowStart[rule] = from;
        }
        windowEnd[rule] = Math.min(view.length(), end + regex.after());
    }

    private void close(int rule) {
        if (starts[rule] != null) {
            matchAt(rule, starts[rule]);
        }
        if (windowEnd[rule] != CLOSED) {
            matchIn(rule);
            windowEnd[rule] = CLOSED;
        }
    }

    private void matchAt(int rule, int[] literals) {
        Matcher matcher = matcher(rule);
        // literals come by their ends; matches are wanted, and do not overlap, by their starts
        Arrays.sort(literals, 1, literals[0] + 1);
        int free = 0;
        for (int i = 1; i <= literals[0]; i++) {
            if (literals[i] >= free
                    && matcher.region(literals[i], view.length()).lookingAt()) {
                matches.matched(rules.get(rule), matcher.start(), matcher.end());
                free = matcher.end();
            }
        }
    }

    private void matchIn(int rule) {
        Matcher matcher = matcher(rule).region(windowStart[rule], windowEnd[rule]);
        while (matcher.find()) {
            matches.matched(rules.get(rule), matcher.start(), matcher.end());
        }
    }

    private Matcher matcher(int rule) {
        Matcher matcher = matchers[rule];
        if (matcher == null) {
            matcher = patterns.regex(rule)
                    .pattern()
                    .matcher(text)
                    .useAnchoringBounds(false)
                    .useTransparentBounds(true);
            matchers[rule] = matcher;
        }
        return matcher;
    }
}
