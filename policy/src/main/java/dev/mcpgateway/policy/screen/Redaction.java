package dev.mcpgateway.policy.screen;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Replaces matched text by {@code [redacted:RULE]}, in the segment of the finding and in every other segment that holds
 * the same text.
 */
final class Redaction {

    /** Distinct matched texts that are looked for in all segments; a message with more is withheld. */
    private static final int COPIES_MAX = 64;

    /** Shorter matched texts are parts of a match over several segments and are only replaced where they were found. */
    private static final int COPY_CHARS_MIN = 8;

    private final List<Segment> segments;
    private final Map<Integer, List<Span>> spans = new HashMap<>();

    private record Span(int start, int end, String rule) {}

    private Redaction(List<Segment> segments) {
        this.segments = segments;
    }

    /** The segments after redaction; nothing when a member name would have to change or there is too much to replace. */
    static Optional<List<Segment>> redacted(List<Segment> segments, List<Located> findings) {
        Redaction redaction = new Redaction(segments);
        Map<String, String> copies = new LinkedHashMap<>();
        for (Located located : findings) {
            Finding finding = located.finding();
            redaction.add(located.segment(), finding.start(), finding.end(), finding.rule());
            if (finding.end() - finding.start() >= COPY_CHARS_MIN) {
                String text = segments.get(located.segment()).text();
                copies.putIfAbsent(text.substring(finding.start(), finding.end()), finding.rule());
            }
        }
        if (copies.size() > COPIES_MAX) {
            return Optional.empty();
        }
        copies.forEach(redaction::addCopies);
        return redaction.apply();
    }

    /** The same, but only where something was found. */
    static Optional<List<Segment>> alone(List<Segment> segments, List<Located> findings) {
        Redaction redaction = new Redaction(segments);
        for (Located located : findings) {
            redaction.add(
                    located.segment(),
                    located.finding().start(),
                    located.finding().end(),
                    located.finding().rule());
        }
        return redaction.apply();
    }

    /** What stands in the place of what a rule has found. */
    static String placeholder(String rule) {
        return "[redacted:" + rule + "]";
    }

    /** Where the word begins that {@code at} cuts; {@code at} when it cuts none. */
    static int wordStart(CharSequence text, int at) {
        int from = at;
        while (from > 0
                && from < text.length()
                && Character.isLetterOrDigit(text.charAt(from - 1))
                && Character.isLetterOrDigit(text.charAt(from))) {
            from--;
        }
        return from;
    }

    /** Where the word ends that {@code at} cuts; {@code at} when it cuts none. */
    static int wordEnd(CharSequence text, int at) {
        int to = at;
        while (to > 0
                && to < text.length()
                && Character.isLetterOrDigit(text.charAt(to))
                && Character.isLetterOrDigit(text.charAt(to - 1))) {
            to++;
        }
        return to;
    }

    /** Takes the whole of a word that the match cuts: half a word tells the other half. */
    private void add(int segment, int start, int end, String rule) {
        String text = segments.get(segment).text();
        int from = wordStart(text, start);
        int to = wordEnd(text, end);
        spans.computeIfAbsent(segment, absent -> new ArrayList<>()).add(new Span(from, to, rule));
    }

    private void addCopies(String copy, String rule) {
        for (int segment = 0; segment < segments.size(); segment++) {
            String text = segments.get(segment).text();
            for (int at = text.indexOf(copy); at >= 0; at = text.indexOf(copy, at + copy.length())) {
                add(segment, at, at + copy.length(), rule);
            }
        }
    }

    private Optional<List<Segment>> apply() {
        List<Segment> redacted = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            List<Span> replaced = spans.getOrDefault(i, List.of());
            if (!replaced.isEmpty() && segment.place() == Place.STRUCTURED_KEY) {
                return Optional.empty();
            }
            redacted.add(new Segment(
                    segment.place(),
                    segment.pointer(),
                    replace(segment.text(), replaced),
                    segment.start(),
                    segment.end()));
        }
        return Optional.of(redacted);
    }

    /** Spans that overlap become one, under the name of the first. */
    private static String replace(String text, List<Span> spans) {
        List<Span> ordered = new ArrayList<>(spans);
        ordered.sort(Comparator.comparingInt(Span::start).thenComparing(Span::rule));
        StringBuilder replaced = new StringBuilder();
        int at = 0;
        for (int i = 0; i < ordered.size(); ) {
            Span first = ordered.get(i);
            int end = first.end();
            while (++i < ordered.size() && ordered.get(i).start() <= end) {
                end = Math.max(end, ordered.get(i).end());
            }
            replaced.append(text, at, first.start()).append(placeholder(first.rule()));
            at = end;
        }
        return replaced.append(text, at, text.length()).toString();
    }
}
