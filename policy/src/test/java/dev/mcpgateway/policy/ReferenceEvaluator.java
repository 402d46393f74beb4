package dev.mcpgateway.policy;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The semantics of a policy once more, as plainly as they can be written: every rule, one after the other, no index, no
 * shared code with the evaluator. Slow on purpose.
 */
final class ReferenceEvaluator {

    /** A rule as a file says it; {@code null} means that the key is left out. */
    record Spec(
            String id,
            boolean permits,
            @Nullable List<String> issuers,
            @Nullable List<String> subjects,
            @Nullable List<String> clients,
            @Nullable List<String> groups,
            Map<String, List<Object>> claims,
            List<String> actions,
            List<String> resources,
            List<String> scopes,
            @Nullable Instant from,
            @Nullable Instant until,
            @Nullable Integer calls,
            @Nullable Long bytes) {}

    private ReferenceEvaluator() {}

    /** One line that says everything a decision says. */
    static String decide(List<Spec> rules, Subject subject, FeatureName feature, Instant now) {
        List<Spec> permits = new ArrayList<>();
        TreeSet<String> forbids = new TreeSet<>();
        TreeSet<String> broken = new TreeSet<>();
        boolean unreached = false;
        for (Spec rule : rules) {
            if (!rule.actions().contains(action(feature))
                    || !names(rule, feature.alias() + "__" + feature.own())
                    || !holdsAt(rule, now)) {
                continue;
            }
            Optional<Boolean> matches = matches(rule, subject);
            if (rule.permits() && matches.equals(Optional.of(true))) {
                boolean reached = feature.kind() != FeatureKind.RESOURCE
                        || !isIndirect(feature.own())
                        || rule.resources().contains(feature.alias() + "__" + feature.own());
                unreached |= !reached;
                if (reached) {
                    permits.add(rule);
                }
            } else if (!rule.permits() && matches.isEmpty()) {
                broken.add(rule.id());
            } else if (!rule.permits() && matches.equals(Optional.of(true))) {
                forbids.add(rule.id());
            }
        }
        if (!forbids.isEmpty()) {
            return "forbidden by " + forbids.first();
        }
        if (!broken.isEmpty()) {
            return "policy_error by " + broken.first();
        }
        return permits.isEmpty() && unreached ? "indirect_uri" : permit(permits, subject);
    }

    private static String action(FeatureName feature) {
        return switch (feature.kind()) {
            case TOOL -> "tools/call";
            case PROMPT -> "prompts/get";
            case RESOURCE -> "resources/read";
            case MODEL -> "model/call";
        };
    }

    /** A segment of dots, or an encoded character that needs no encoding, also after further decoding. */
    static boolean isIndirect(String uri) {
        for (String segment : uri.split("[^A-Za-z0-9._~-]", -1)) {
            if (segment.length() > 1 && segment.chars().allMatch(c -> c == '.')) {
                return true;
            }
        }
        Matcher encoded = Pattern.compile("%([0-9A-Fa-f]{2})").matcher(uri);
        while (encoded.find()) {
            if (Character.toString(Integer.parseInt(encoded.group(1), 16)).matches("[A-Za-z0-9._~-]")) {
                return true;
            }
        }
        String decoded = encoded.replaceAll(
                found -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(found.group(1), 16))));
        return !decoded.equals(uri) && isIndirect(decoded);
    }

    private static String permit(List<Spec> permits, Subject subject) {
        List<Spec> full = permits.stream()
                .filter(permit -> subject.scopes().containsAll(permit.scopes()))
                .toList();
        if (!full.isEmpty()) {
            Spec deciding = full.stream().min(ReferenceEvaluator::compareCaps).orElseThrow();
            List<String> others = full.stream()
                    .map(Spec::id)
                    .filter(id -> !id.equals(deciding.id()))
                    .sorted()
                    .toList();
            return "permit by " + deciding.id() + " " + others + " " + deciding.calls() + "/" + deciding.bytes();
        }
        return permits.stream()
                .min(Comparator.<Spec>comparingLong(permit -> permit.scopes().stream()
                                .distinct()
                                .filter(scope -> !subject.scopes().contains(scope))
                                .count())
                        .thenComparing(Spec::id))
                .map(nearest -> "needs " + new TreeSet<>(nearest.scopes()))
                .orElse("no_permit");
    }

    private static int compareCaps(Spec a, Spec b) {
        int calls = compareCap(
                a.calls() == null ? null : a.calls().longValue(),
                b.calls() == null ? null : b.calls().longValue());
        int bytes = compareCap(a.bytes(), b.bytes());
        if (calls != 0) {
            return calls;
        }
        return bytes != 0 ? bytes : a.id().compareTo(b.id());
    }

    private static int compareCap(@Nullable Long a, @Nullable Long b) {
        if (Objects.equals(a, b)) {
            return 0;
        }
        if (a == null || b == null) {
            return a == null ? -1 : 1;
        }
        return Long.compare(b, a);
    }

    private static boolean names(Spec rule, String tool) {
        return rule.resources().stream()
                .anyMatch(resource -> resource.equals("*")
                        || Pattern.matches(
                                "(?s)"
                                        + Pattern.quote(resource)
                                                .replace("*", "\\E.*\\Q")
                                                .replace("?", "\\E.\\Q"),
                                tool));
    }

    private static boolean holdsAt(Spec rule, Instant now) {
        return (rule.from() == null || now.compareTo(rule.from()) >= 0)
                && (rule.until() == null || now.compareTo(rule.until()) < 0);
    }

    /** Empty for an error that no failing condition makes irrelevant. */
    private static Optional<Boolean> matches(Spec rule, Subject subject) {
        boolean error = false;
        for (Map.Entry<String, List<Object>> claim : rule.claims().entrySet()) {
            Optional<Boolean> holds = claim(subject.claims().get(claim.getKey()), claim.getValue());
            if (holds.equals(Optional.of(false))) {
                return holds;
            }
            error |= holds.isEmpty();
        }
        boolean rest = (rule.issuers() == null || rule.issuers().contains(subject.issuer()))
                && (rule.subjects() == null || rule.subjects().contains(subject.subject()))
                && (rule.clients() == null
                        || (subject.clientId() != null && rule.clients().contains(subject.clientId())))
                && (rule.groups() == null || rule.groups().stream().anyMatch(subject.groups()::contains));
        if (!rest) {
            return Optional.of(false);
        }
        return error ? Optional.empty() : Optional.of(true);
    }

    private static Optional<Boolean> claim(@Nullable JsonNode claim, List<Object> values) {
        if (claim == null || claim.isNull()) {
            return Optional.of(false);
        }
        List<JsonNode> elements = new ArrayList<>();
        if (claim.isArray()) {
            claim.forEach(elements::add);
        } else {
            elements.add(claim);
        }
        boolean error = false;
        for (JsonNode element : elements) {
            boolean comparable = false;
            for (Object value : values) {
                if (value instanceof String text && element.isString()) {
                    comparable = true;
                    if (element.stringValue().equals(text)) {
                        return Optional.of(true);
                    }
                } else if (value instanceof BigDecimal number && element.isNumber()) {
                    comparable = true;
                    if (element.decimalValue().compareTo(number) == 0) {
                        return Optional.of(true);
                    }
                } else if (value instanceof Boolean flag && element.isBoolean()) {
                    comparable = true;
                    if (element.booleanValue() == flag) {
                        return Optional.of(true);
                    }
                }
            }
            error |= !comparable;
        }
        return error ? Optional.empty() : Optional.of(false);
    }
}
