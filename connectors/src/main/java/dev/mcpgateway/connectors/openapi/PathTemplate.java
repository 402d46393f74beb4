package dev.mcpgateway.connectors.openapi;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path of a description with its variables. What is put into a variable stays in its segment for every reader: also for
 * one that decodes once too often, takes a backslash for a slash, or resolves dots after decoding (T36).
 */
final class PathTemplate {
    private static final Pattern VARIABLE = Pattern.compile("\\{([^{}/?#]+)}");

    /** pchar of RFC 3986 without what other readers give a meaning: {@code ;} begins a matrix parameter for some. */
    private static final Pattern LITERAL = Pattern.compile("([A-Za-z0-9._~!$&'()*+,=:@/-]|%[0-9A-Fa-f]{2})*");

    /** How often a careless chain of servers might decode a path. */
    private static final int DECODINGS = 2;

    private final List<Part> parts;
    private final List<Segment> segments;

    /** Text as it stands, or a variable. */
    private record Part(String text, boolean variable) {}

    /**
     * What stands between two slashes.
     *
     * @param text in lower case, since some servers do not tell cases apart
     * @param form what it may be once variables are filled
     * @param open whether it has a variable
     * @param whole whether it is one variable and nothing else
     */
    private record Segment(String text, Pattern form, boolean open, boolean whole) {

        static Segment of(String written) {
            String text = written.toLowerCase(Locale.ROOT);
            StringBuilder form = new StringBuilder();
            Matcher variable = VARIABLE.matcher(text);
            int at = 0;
            while (variable.find()) {
                form.append(Pattern.quote(text.substring(at, variable.start()))).append(".+");
                at = variable.end();
            }
            form.append(Pattern.quote(text.substring(at)));
            Pattern pattern = Pattern.compile(form.toString(), Pattern.DOTALL);
            return new Segment(text, pattern, at > 0, VARIABLE.matcher(text).matches());
        }

        /** Whether it can be this value, given in lower case. */
        boolean canBe(String value) {
            return open ? form.matcher(value).matches() : text.equals(value);
        }
    }

    private PathTemplate(List<Part> parts, List<Segment> segments) {
        this.parts = parts;
        this.segments = segments;
    }

    /** Reads a path such as {@code /pets/{petId}}. */
    static PathTemplate of(String path) throws Unusable {
        if (!path.startsWith("/")) {
            throw new Unusable("its path does not begin with a slash");
        }
        List<Part> parts = new ArrayList<>();
        Matcher variable = VARIABLE.matcher(path);
        int at = 0;
        while (variable.find()) {
            parts.add(new Part(literal(path.substring(at, variable.start())), false));
            parts.add(new Part(variable.group(1), true));
            at = variable.end();
        }
        parts.add(new Part(literal(path.substring(at)), false));
        List<Segment> segments = new ArrayList<>();
        for (String text : path.split("/", -1)) {
            segments.add(Segment.of(text));
        }
        for (int i = 1; i < segments.size(); i++) {
            String text = segments.get(i).text();
            if (isDots(text) || (text.isEmpty() && i < segments.size() - 1)) {
                throw new Unusable("its path has an empty or a dot segment");
            }
        }
        return new PathTemplate(parts, List.copyOf(segments));
    }

    /** How many segments it has. */
    int size() {
        return segments.size();
    }

    /**
     * Whether arguments could make the other's path one of this template, which is more concrete: a server then takes the
     * request for this one (OpenAPI, "Path Templating Matching"), and whoever may call the other would have called this.
     */
    boolean isRivalOf(PathTemplate other) {
        if (size() != other.size()) {
            return false;
        }
        boolean moreConcrete = false;
        for (int i = 0; i < size(); i++) {
            Segment mine = segments.get(i);
            Segment theirs = other.segments.get(i);
            boolean meet = theirs.open() ? mine.open() || theirs.canBe(mine.text()) : mine.canBe(theirs.text());
            if (!meet) {
                return false;
            }
            moreConcrete |= (theirs.open() && !mine.open()) || (theirs.whole() && !mine.whole());
        }
        return moreConcrete;
    }

    /** Whether a finished path is one of this template. */
    boolean matches(String path) {
        String[] values = path.split("/", -1);
        if (values.length != size()) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            if (!segments.get(i).canBe(decoded(values[i]))) {
                return false;
            }
        }
        return true;
    }

    private static String decoded(String segment) {
        return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8)
                .toLowerCase(Locale.ROOT);
    }

    private static String literal(String text) throws Unusable {
        if (!LITERAL.matcher(text).matches()
                || !PercentEncoding.carelesslyDecoded(text).equals(text)) {
            throw new Unusable("its path has characters that no path template may have");
        }
        return text;
    }

    Set<String> variables() {
        Set<String> names = new LinkedHashSet<>();
        parts.stream().filter(Part::variable).forEach(part -> names.add(part.text()));
        return names;
    }

    /**
     * The path with encoded values.
     *
     * @param values what stands for each variable, encoded
     * @param rivals templates of other operations, which the path must not become
     */
    String filled(Map<String, String> values, List<PathTemplate> rivals) throws ArgumentRefused {
        StringBuilder path = new StringBuilder();
        String last = "";
        for (Part part : parts) {
            last = part.variable() ? part.text() : last;
            path.append(part.variable() ? values.getOrDefault(part.text(), "") : part.text());
        }
        String[] filled = path.toString().split("/", -1);
        boolean sound = filled.length == segments.size();
        for (int i = 1; i < filled.length; i++) {
            sound &= !isDots(filled[i]) && (!filled[i].isEmpty() || i == filled.length - 1);
        }
        if (!sound) {
            throw new ArgumentRefused(last, "makes a path that leads elsewhere");
        }
        String complete = path.toString();
        if (rivals.stream().anyMatch(rival -> rival.matches(complete))) {
            throw new ArgumentRefused(last, "makes the path of another operation");
        }
        return complete;
    }

    /**
     * A value for a variable, encoded.
     *
     * @param slashes whether slashes may stand in it, encoded
     */
    static String encoded(String argument, String value, boolean slashes) throws ArgumentRefused {
        if (value.isEmpty()) {
            throw new ArgumentRefused(argument, "must not be empty: it is a part of the path");
        }
        String seen = value;
        for (int decoding = 0; decoding <= DECODINGS; decoding++) {
            if (seen.chars().anyMatch(Character::isISOControl)) {
                throw new ArgumentRefused(argument, "must not have control characters: it is a part of the path");
            }
            if (!slashes && (seen.indexOf('/') >= 0 || seen.indexOf('\\') >= 0)) {
                throw new ArgumentRefused(argument, "must not have slashes: it is one segment of the path");
            }
            for (String segment : seen.split("[/\\\\]", -1)) {
                if (isDots(segment) || segment.isEmpty()) {
                    throw new ArgumentRefused(argument, "must not have dot segments or empty ones");
                }
            }
            seen = PercentEncoding.carelesslyDecoded(seen);
        }
        return PercentEncoding.of(value);
    }

    private static boolean isDots(String segment) {
        return segment.equals(".") || segment.equals("..");
    }
}
