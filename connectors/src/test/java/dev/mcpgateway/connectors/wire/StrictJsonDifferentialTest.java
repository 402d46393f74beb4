package dev.mcpgateway.connectors.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Our reader and Jackson's accept the same documents and see the same in them. The seed is printed and can be set. */
class StrictJsonDifferentialTest {
    private static final int DOCUMENTS = Integer.getInteger("differential.documents", 60_000);
    private static final JsonLimits LIMITS = new JsonLimits(1 << 20, 64, 1 << 20, 1 << 16, 1000, true);
    private static final JsonFactory JACKSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Jackson looks at the lower eight bits of what stands in an escape, and so takes U+0741 for an A. */
    private static final Pattern TAKEN_FOR_HEX =
            Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*\\\\u[0-9A-Fa-f]{0,3}[^\\x00-\\x7F]");

    @Test
    void bothAcceptTheSameAndSeeTheSame() {
        long seed = Long.getLong("differential.seed", new Random().nextLong());
        System.out.println("differential.seed=" + seed);
        Random random = new Random(seed);
        JsonSamples samples = new JsonSamples(random);
        int accepted = 0;
        int refused = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] document = samples.document();
            byte[] bytes = random.nextInt(3) == 0 ? document : samples.damaged(document);
            Optional<List<String>> ours = ours(bytes);
            Optional<List<String>> theirs = theirs(bytes);
            assertThat(ours)
                    .as("seed %d, document %d: %s", seed, i, text(bytes))
                    .isEqualTo(theirs);
            accepted += ours.isPresent() ? 1 : 0;
            refused += ours.isPresent() ? 0 : 1;
        }
        assertThat(accepted).as("accepted").isGreaterThan(DOCUMENTS / 10);
        assertThat(refused).as("refused").isGreaterThan(DOCUMENTS / 10);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static Optional<List<String>> ours(byte[] bytes) {
        try {
            JsonDocument document = StrictJson.parse(bytes, LIMITS);
            List<String> tokens = new ArrayList<>();
            flatten(document, JsonDocument.ROOT, tokens);
            return Optional.of(tokens);
        } catch (JsonRefused refused) {
            return Optional.empty();
        }
    }

    private static void flatten(JsonDocument document, int node, List<String> tokens) {
        Kind kind = document.kind(node);
        switch (kind) {
            case OBJECT, ARRAY -> {
                tokens.add(kind == Kind.OBJECT ? "{" : "[");
                for (int child = document.first(node); child != JsonDocument.NONE; child = document.next(node, child)) {
                    if (kind == Kind.OBJECT) {
                        tokens.add("name " + document.name(child));
                    }
                    flatten(document, child, tokens);
                }
                tokens.add(kind == Kind.OBJECT ? "}" : "]");
            }
            case STRING -> tokens.add("string " + document.string(node));
            case NUMBER -> tokens.add("number " + document.raw(node));
            case TRUE, FALSE, NULL -> tokens.add(document.raw(node));
        }
    }

    private static Optional<List<String>> theirs(byte[] bytes) {
        // strict UTF-8 without a mark is part of the rules, and not of Jackson's
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
        if (text.startsWith("\uFEFF") || TAKEN_FOR_HEX.matcher(text).find()) {
            return Optional.empty();
        }
        List<String> tokens = new ArrayList<>();
        int depth = 0;
        int roots = 0;
        try (JsonParser parser = JACKSON.createParser(tools.jackson.core.ObjectReadContext.empty(), text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                roots += depth == 0 ? 1 : 0;
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                tokens.add(described(token, parser));
            }
        } catch (JacksonException refused) {
            return Optional.empty();
        }
        return roots == 1 && depth == 0 ? Optional.of(tokens) : Optional.empty();
    }

    private static String described(JsonToken token, JsonParser parser) {
        return switch (token) {
            case PROPERTY_NAME -> "name " + paired(parser.currentName());
            case VALUE_STRING -> "string " + paired(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "number " + parser.getString();
            default -> parser.getString();
        };
    }

    /** Half a surrogate pair reads as U+FFFD with us. */
    private static String paired(String text) {
        StringBuilder paired = new StringBuilder();
        text.codePoints()
                .map(point -> Character.getType(point) == Character.SURROGATE ? 0xFFFD : point)
                .forEach(paired::appendCodePoint);
        return paired.toString();
    }
}
