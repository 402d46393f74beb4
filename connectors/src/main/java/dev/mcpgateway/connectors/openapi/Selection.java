package dev.mcpgateway.connectors.openapi;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which operations the operator wants. A pattern is an {@code operationId} or, with a blank, a method and a path, such as
 * {@code GET /pets*}; {@code *} stands for any characters.
 */
final class Selection {
    private final List<Pattern> include;
    private final List<Pattern> exclude;
    private final boolean deprecated;

    Selection(List<String> include, List<String> exclude, boolean deprecated) {
        this.include = include.stream().map(Selection::pattern).toList();
        this.exclude = exclude.stream().map(Selection::pattern).toList();
        this.deprecated = deprecated;
    }

    private static Pattern pattern(String glob) {
        String expression =
                Stream.of(glob.split("\\*+", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return Pattern.compile(expression, Pattern.DOTALL);
    }

    boolean wants(String method, String path, String operationId, boolean isDeprecated) {
        String route = method + " " + path;
        boolean wanted = include.isEmpty() || matches(include, route, operationId);
        return wanted && !matches(exclude, route, operationId) && (deprecated || !isDeprecated);
    }

    private static boolean matches(List<Pattern> patterns, String route, String operationId) {
        return patterns.stream()
                .anyMatch(pattern -> pattern.matcher(route).matches()
                        || (!operationId.isEmpty()
                                && pattern.matcher(operationId).matches()));
    }
}
