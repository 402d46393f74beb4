package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a judge said: {@code {"score": 0…1, "label"?: text, "explanation"?: text}} and nothing beside it.
 *
 * @param thousandths the score
 * @param label one of those that it was asked for; empty for none
 * @param explanation empty for none; cut, and without control characters
 */
record Verdict(int thousandths, String label, String explanation) {
    private static final int BYTES_MAX = 16 * 1024;
    private static final int DEPTH_MAX = 4;
    private static final int EXPLANATION_CHARS_MAX = 500;
    private static final Pattern SCORE = Pattern.compile("0(\\.[0-9]{1,20})?|1(\\.0{1,20})?");

    /** Another word may be one of the conversation's, and it goes to telemetry. */
    private static final Set<String> LABELS = Set.of("good", "fair", "poor");

    private static final Set<String> MEMBERS = Set.of("score", "label", "explanation");
    private static final Name SCORE_NAME = Name.of("score");
    private static final Name LABEL = Name.of("label");
    private static final Name EXPLANATION = Name.of("explanation");

    /** Reads the judge's text; empty for everything that is not exactly of this form. */
    static Optional<Verdict> read(String text) {
        try {
            return read(StrictJson.parse(
                    text.strip().getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(BYTES_MAX, DEPTH_MAX)));
        } catch (JsonRefused none) {
            return Optional.empty();
        }
    }

    private static Optional<Verdict> read(JsonDocument said) {
        if (!said.is(JsonDocument.ROOT, Kind.OBJECT)) {
            return Optional.empty();
        }
        for (int each = said.first(JsonDocument.ROOT);
                each != JsonDocument.NONE;
                each = said.next(JsonDocument.ROOT, each)) {
            if (!MEMBERS.contains(said.name(each))) {
                return Optional.empty();
            }
        }
        int score = said.at(SCORE_NAME);
        boolean isGood = said.is(score, Kind.NUMBER)
                && SCORE.matcher(said.raw(score)).matches()
                && isTextOrNone(said, LABEL)
                && isTextOrNone(said, EXPLANATION);
        return isGood
                ? Optional.of(new Verdict(
                        new BigDecimal(said.raw(score))
                                .movePointRight(3)
                                .setScale(0, RoundingMode.HALF_EVEN)
                                .intValueExact(),
                        label(said),
                        explanation(said)))
                : Optional.empty();
    }

    private static boolean isTextOrNone(JsonDocument said, Name name) {
        return said.at(name) == JsonDocument.NONE || said.is(said.at(name), Kind.STRING);
    }

    private static String label(JsonDocument said) {
        int label = said.at(LABEL);
        return label != JsonDocument.NONE && LABELS.contains(said.string(label)) ? said.string(label) : "";
    }

    /** It goes to spans, where a line break would be a line of its own. */
    private static String explanation(JsonDocument said) {
        if (said.at(EXPLANATION) == JsonDocument.NONE) {
            return "";
        }
        String text =
                said.string(said.at(EXPLANATION)).replaceAll("\\p{C}", " ").strip();
        return text.length() <= EXPLANATION_CHARS_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, EXPLANATION_CHARS_MAX)));
    }
}
