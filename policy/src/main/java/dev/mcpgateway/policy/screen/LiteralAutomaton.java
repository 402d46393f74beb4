package dev.mcpgateway.policy.screen;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/**
 * Finds all literals of a pattern set in one pass (Aho and Corasick, "Efficient string matching", 1975), as one dense
 * table: one load and one add per character whatever the number of literals.
 *
 * <p>Matches without regard to case, and a run of white space like one blank, so that its answer is the same for raw
 * ASCII text and for the normalised view of it.
 */
final class LiteralAutomaton {

    /** Called for each literal found. */
    interface Sink {
        /** Literal number {@code literal} stands from {@code start} to before {@code end}. */
        void found(int literal, int start, int end);
    }

    private static final int ASCII = 128;
    private static final int OTHER = 0;
    private static final int UNCLEAN = 1;
    private static final int BLANK = 2;

    private final int classes;
    private final byte[] classOf;

    /** The same for views, where a backslash is a character like others and nothing is unclean. */
    private final byte[] viewClassOf;

    /** Rows of {@link #classes} entries; a state is the offset of its row. */
    private final int[] next;

    /** Rows from here on end a literal; the very last one is reached by an unclean character. */
    private final int firstHit;

    /** By row number minus that of {@link #firstHit}: the literals that end in the state. */
    private final int[][] hits;

    private final String[] literals;
    private final boolean[] atWordStart;

    /**
     * Builds the automaton of {@code literals}: printable ASCII in lower case, single blanks inside only.
     *
     * @param atWordStart those that count only where no ASCII letter, digit or underscore stands before them
     */
    LiteralAutomaton(List<String> literals, Set<String> atWordStart) {
        this.literals = literals.toArray(String[]::new);
        this.atWordStart = new boolean[literals.size()];
        for (int i = 0; i < literals.size(); i++) {
            this.atWordStart[i] = atWordStart.contains(literals.get(i));
        }
        classOf = new byte[ASCII];
        classes = assignClasses(literals);
        Trie trie = new Trie(literals);
        int[] order = trie.hitsLast();
        int states = order.length;
        viewClassOf = classOf.clone();
        for (int c = 0; c < ASCII; c++) {
            viewClassOf[c] = classOf[c] == UNCLEAN ? OTHER : classOf[c];
        }
        next = new int[(states + 1) * classes];
        int hitStates = 0;
        for (int state = 0; state < states; state++) {
            hitStates += trie.output.get(state).isEmpty() ? 0 : 1;
            for (int c = 0; c < classes; c++) {
                int target = c == UNCLEAN ? states : order[trie.next(state, c)];
                next[order[state] * classes + c] = target * classes;
            }
        }
        firstHit = (states - hitStates) * classes;
        hits = new int[hitStates][];
        for (int state = 0; state < states; state++) {
            if (!trie.output.get(state).isEmpty()) {
                hits[order[state] - (states - hitStates)] = trie.output.get(state).stream()
                        .mapToInt(Integer::intValue)
                        .toArray();
            }
        }
    }

    private int assignClasses(List<String> literals) {
        Arrays.fill(classOf, 0, ' ', (byte) UNCLEAN);
        classOf[0x7F] = UNCLEAN;
        classOf['\\'] = UNCLEAN;
        for (char blank : new char[] {' ', '\t', '\n', '\r', '\f', 0x0B}) {
            classOf[blank] = BLANK;
        }
        int count = BLANK + 1;
        for (String literal : literals) {
            for (int i = 0; i < literal.length(); i++) {
                char c = literal.charAt(i);
                if (c <= 0x1F || c >= 0x7F || c == '\\' || Character.isUpperCase(c)) {
                    throw new IllegalArgumentException("a literal must be printable ASCII in lower case: " + literal);
                }
                if (classOf[c] == OTHER) {
                    classOf[c] = (byte) count;
                    classOf[Character.toUpperCase(c)] = (byte) count;
                    count++;
                }
            }
        }
        return count;
    }

    /** The state before any text. */
    int start() {
        return 0;
    }

    /**
     * The state after {@code ascii}, all of whose bytes are at least 0, or -1 when it holds a literal or a character that
     * normalisation changes beyond case and white space (a control character or a backslash).
     */
    int passClean(byte[] ascii, int state) {
        int at = state;
        for (int i = 0; i < ascii.length; i++) {
            at = next[at + classOf[ascii[i]]];
            if (at >= firstHit && isUnclean(at, ascii, i + 1)) {
                return -1;
            }
        }
        return at;
    }

    private boolean isUnclean(int state, byte[] ascii, int end) {
        int row = (state - firstHit) / classes;
        if (row == hits.length) {
            return true;
        }
        for (int literal : hits[row]) {
            if (!atWordStart[literal] || !isInsideWord(literals[literal], ascii, end)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a word character stands before the literal that ends here; a run of blanks is one blank of it. */
    private static boolean isInsideWord(String literal, byte[] ascii, int end) {
        int at = end;
        for (int i = literal.length() - 1; i >= 0 && at > 0; i--) {
            at--;
            while (literal.charAt(i) == ' ' && at > 0 && isBlank(ascii[at - 1])) {
                at--;
            }
        }
        return at > 0 && isWord((char) ascii[at - 1]);
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    /** The state after a boundary between two texts, which counts as white space; -1 when a literal ends there. */
    int passBoundary(int state) {
        int at = next[state + BLANK];
        return at >= firstHit ? -1 : at;
    }

    /**
     * Hands every literal in the first {@code length} characters of {@code view}, which has no two blanks in a row, to
     * {@code sink}, by rising end.
     */
    void scan(char[] view, int length, Sink sink) {
        int at = 0;
        for (int i = 0; i < length; i++) {
            char c = view[i];
            at = next[at + (c < ASCII ? viewClassOf[c] : OTHER)];
            if (at >= firstHit) {
                for (int literal : hits[(at - firstHit) / classes]) {
                    int start = i + 1 - literals[literal].length();
                    if (!atWordStart[literal] || start == 0 || !isWord(view[start - 1])) {
                        sink.found(literal, start, i + 1);
                    }
                }
            }
        }
    }

    /** The automaton while it is built: a trie, then its failure links. */
    private final class Trie {

        private final List<int[]> children = new ArrayList<>();
        private final List<Integer> lastClass = new ArrayList<>();
        private final List<List<Integer>> output = new ArrayList<>();
        private final int[] fail;

        Trie(List<String> literals) {
            addState(OTHER);
            for (int literal = 0; literal < literals.size(); literal++) {
                int state = 0;
                for (int i = 0; i < literals.get(literal).length(); i++) {
                    int symbol = classOf[literals.get(literal).charAt(i)];
                    if (children.get(state)[symbol] < 0) {
                        children.get(state)[symbol] = addState(symbol);
                    }
                    state = children.get(state)[symbol];
                }
                output.get(state).add(literal);
            }
            fail = new int[children.size()];
            link();
        }

        private int addState(int symbol) {
            int[] none = new int[classes];
            Arrays.fill(none, -1);
            children.add(none);
            lastClass.add(symbol);
            output.add(new ArrayList<>());
            return children.size() - 1;
        }

        private void link() {
            Queue<Integer> queue = new ArrayDeque<>();
            for (int child : children.get(0)) {
                if (child >= 0) {
                    queue.add(child);
                }
            }
            while (!queue.isEmpty()) {
                int state = queue.remove();
                output.get(state).addAll(output.get(fail[state]));
                for (int symbol = 0; symbol < classes; symbol++) {
                    int child = children.get(state)[symbol];
                    if (child >= 0) {
                        fail[child] = follow(fail[state], symbol);
                        queue.add(child);
                    }
                }
            }
        }

        private int follow(int state, int symbol) {
            int at = state;
            while (at != 0 && children.get(at)[symbol] < 0) {
                at = fail[at];
            }
            return Math.max(0, children.get(at)[symbol]);
        }

        /** A second blank after a blank changes nothing, as if the view had collapsed it. */
        int next(int state, int symbol) {
            boolean repeatedBlank = symbol == BLANK && lastClass.get(state) == BLANK;
            return repeatedBlank ? state : follow(state, symbol);
        }

        /** New numbers of the states: those that end a literal come last. */
        int[] hitsLast() {
            int[] order = new int[children.size()];
            int number = 0;
            for (boolean hit : new boolean[] {false, true}) {
                for (int state = 0; state < order.length; state++) {
                    if (output.get(state).isEmpty() != hit) {
                        order[state] = number++;
                    }
                }
            }
            return order;
        }
    }
}
