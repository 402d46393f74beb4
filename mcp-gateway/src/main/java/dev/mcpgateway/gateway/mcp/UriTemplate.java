package dev.mcpgateway.gateway.mcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URI template (RFC 6570) as a test of URIs: could this URI be an expansion of it? Works on the text as it stands; nothing
 * is decoded or normalised. A little more than true expansions passes, since agents often fill in what they should have
 * encoded first; what a URI may be used for is the policy's question.
 *
 * <ul>
 *   <li><code>{x}</code> stands for one or more characters other than {@code / ? #},
 *   <li><code>{+x}</code> for one or more of any,
 *   <li>an expression with one of {@code # . / ; ? &} for nothing, as when its variables are undefined, or for that
 *       character and one or more others: any for {@code #}, all but {@code #} for {@code ?} and {@code &}, and for the
 *       rest as <code>{x}</code>, but that <code>{/x*}</code> and <code>{/x,y}</code> may have several segments.
 * </ul>
 *
 * <p>The time is the product of the lengths of template and URI at most.
 */
final class UriTemplate {
    private static final int CHARS_MAX = 2048;
    private static final int EXPRESSIONS_MAX = 8;
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:");
    private static final String VARIABLE = "[A-Za-z0-9_.%]+(?::[1-9][0-9]{0,3}|\\*)?";
    private static final Pattern EXPRESSION =
            Pattern.compile("\\{([+#./;?&]?)(" + VARIABLE + "(?:," + VARIABLE + ")*)}");

    private final String text;
    private final List<Part> parts;

    private UriTemplate(String text, List<Part> parts) {
        this.text = text;
        this.parts = List.copyOf(parts);
    }

    /** A piece of a template. */
    private sealed interface Part {
        record Literal(String text) implements Part {}

        /** Characters other than {@code stops}; those of an operator begin with it, or are left out. */
        record Expression(String operator, String stops) implements Part {}
    }

    /**
     * The template written as {@code text}; nothing if it is none, has more than {@value #EXPRESSIONS_MAX} expressions, or
     * does not begin with a scheme: it would claim the URIs of everybody.
     */
    static Optional<UriTemplate> parse(String text) {
        if (text.length() > CHARS_MAX || text.chars().anyMatch(Character::isISOControl)) {
            return Optional.empty();
        }
        List<Part> parts = new ArrayList<>();
        Matcher expression = EXPRESSION.matcher(text);
        int end = 0;
        while (expression.find()) {
            addLiteral(text.substring(end, expression.start()), parts);
            parts.add(expression(expression.group(1), expression.group(2)));
            end = expression.end();
        }
        addLiteral(text.substring(end), parts);
        boolean good = parts.stream()
                        .noneMatch(part -> part instanceof Part.Literal(String literal) && hasBrace(literal))
                && parts.stream().filter(Part.Expression.class::isInstance).count() <= EXPRESSIONS_MAX
                && SCHEME.matcher(text).lookingAt();
        return good ? Optional.of(new UriTemplate(text, parts)) : Optional.empty();
    }

    private static void addLiteral(String text, List<Part> parts) {
        if (!text.isEmpty()) {
            parts.add(new Part.Literal(text));
        }
    }

    private static boolean hasBrace(String literal) {
        return literal.indexOf('{') >= 0 || literal.indexOf('}') >= 0;
    }

    private static Part expression(String operator, String variables) {
        boolean several = variables.indexOf(',') >= 0 || variables.indexOf('*') >= 0;
        String stops = switch (operator) {
            case "+", "#" -> "";
            case "?", "&" -> "#";
            case "/" -> several ? "?#" : "/?#";
            default -> "/?#";
        };
        return new Part.Expression(operator, stops);
    }

    /** The template as it was written. */
    String text() {
        return text;
    }

    /** Whether the URI begins as every expansion does; cheap, and true for all that {@link #matches}. */
    boolean mayMatch(String uri) {
        return !(parts.getFirst() instanceof Part.Literal(String start)) || uri.startsWith(start);
    }

    /** How many steps {@link #matches} may take. */
    long work(String uri) {
        return (long) parts.size() * uri.length();
    }

    /** Whether the URI could be an expansion. */
    boolean matches(String uri) {
        if (uri.length() > CHARS_MAX || !mayMatch(uri)) {
            return false;
        }
        // where in the URI the parts so far can end; walking all at once, no choice is ever taken back
        boolean[] reached = new boolean[uri.length() + 1];
        reached[0] = true;
        for (Part part : parts) {
            reached = switch (part) {
                case Part.Literal(String literal) -> afterLiteral(uri, reached, literal);
                case Part.Expression expression -> afterExpression(uri, reached, expression);
            };
        }
        return reached[uri.length()];
    }

    private static boolean[] afterLiteral(String uri, boolean[] before, String literal) {
        boolean[] after = new boolean[before.length];
        for (int at = 0; at + literal.length() <= uri.length(); at++) {
            after[at + literal.length()] = before[at] && uri.startsWith(literal, at);
        }
        return after;
    }

    private static boolean[] afterExpression(String uri, boolean[] before, Part.Expression expression) {
        boolean named =
                !expression.operator().isEmpty() && !expression.operator().equals("+");
        boolean[] after = named ? before.clone() : new boolean[before.length];
        boolean inside = false;
        for (int at = 0; at < uri.length(); at++) {
            boolean begins = named
                    ? at > 0
                            && before[at - 1]
                            && uri.charAt(at - 1) == expression.operator().charAt(0)
                    : before[at];
            inside = (inside || begins) && expression.stops().indexOf(uri.charAt(at)) < 0;
            after[at + 1] |= inside;
        }
        return after;
    }
}
