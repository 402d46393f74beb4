package dev.mcpgateway.connectors.openapi;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
    private final int segments;

    /** Text as it stands, or a variable. */
    private record Part(String text, boolean variable) {}

    private PathTemplate(List<Part> parts, int segments) {
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
        String[] segments = VARIABLE.matcher(path).replaceAll("x").split("/", -1);
        for (int i = 1; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            if (isDots(segments[i]) || (segments[i].isEmpty() && !last)) {
                throw new Unusable("its path has an empty or a dot segment");
            }
        }
        return new PathTemplate(parts, segments.length);
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
     */
    String filled(Map<String, String> values) throws ArgumentRefused {
        StringBuilder path = new StringBuilder();
        String last = "";
        for (Part part : parts) {
            last = part.variable() ? part.text() : last;
            path.append(part.variable() ? values.getOrDefault(part.text(), "") : part.text());
        }
        String[] filled = path.toString().split("/", -1);
        boolean sound = filled.length == segments;
        for (int i = 1; i < filled.length; i++) {
            sound &= !isDots(filled[i]) && (!filled[i].isEmpty() || i == filled.length - 1);
        }
        if (!sound) {
            throw new ArgumentRefused(last, "makes a path that leads elsewhere");
        }
        return path.toString();
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
