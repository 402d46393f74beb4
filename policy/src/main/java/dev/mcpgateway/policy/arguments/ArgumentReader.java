package dev.mcpgateway.policy.arguments;

import java.io.Serial;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads JSON bytes into a tree of exact values, within {@link PayloadLimits}, and checks what they hold. */
final class ArgumentReader {

    /** Doubles hold integers exactly up to here; beyond, the validator must compare decimals. */
    private static final long EXACT_IN_DOUBLE_MAX = 1L << 53;

    /** The bytes are no acceptable JSON; caught by {@link #check}, so it needs no stack trace. */
    private static final class Unreadable extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        private final String pointer;
        private final String text;

        Unreadable(String pointer, String text) {
            super(text, null, false, false);
            this.pointer = pointer;
            this.text = text;
        }

        String pointer() {
            return pointer;
        }

        String text() {
            return text;
        }
    }

    private final PayloadLimits limits;
    private final JsonFactory factory;

    ArgumentReader(PayloadLimits limits) {
        this.limits = limits;
        StreamReadConstraints constraints = StreamReadConstraints.builder()
                .maxDocumentLength(limits.bytesMax())
                .maxNestingDepth(limits.depthMax())
                .maxTokenCount(limits.tokensMax())
                .maxStringLength(limits.bytesMax())
                .maxNameLength(limits.nameCharsMax())
                .maxNumberLength(limits.numberCharsMax())
                .build();
        this.factory = JsonFactory.builder()
                .streamReadConstraints(constraints)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();
    }

    /**
     * Checks {@code json[start, end)}: its size, whether it is strict JSON within the limits, then {@code violations}, which
     * gives the first thing wrong with the object. An empty range counts as {@code {}}.
     */
    ArgumentVerdict check(byte[] json, int start, int end, Function<JsonNode, @Nullable Violation> violations) {
        int length = end - start;
        if (length > limits.bytesMax()) {
            return new ArgumentVerdict.TooLarge(length, limits.bytesMax());
        }
        byte[] bytes = length == 0 ? CheckedArguments.EMPTY_OBJECT : Arrays.copyOfRange(json, start, end);
        JsonNode tree;
        try {
            tree = read(bytes);
        } catch (Unreadable unreadable) {
            return new ArgumentVerdict.Invalid(unreadable.pointer(), unreadable.text());
        }
        Violation violation = violations.apply(tree);
        return violation == null
                ? new ArgumentVerdict.Valid(new CheckedArguments(bytes, tree))
                : new ArgumentVerdict.Invalid(violation.pointer(), violation.message());
    }

    /** The object that {@code json} holds. */
    private JsonNode read(byte[] json) {
        refuseOtherEncodings(json);
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Unreadable("", "must be a JSON object");
            }
            JsonNode tree = value(parser);
            if (parser.nextToken() != null) {
                throw new Unreadable("", "must be one JSON value with nothing after it");
            }
            return tree;
        } catch (StreamConstraintsException beyondLimit) {
            throw new Unreadable(
                    "",
                    "exceeds a limit: depth " + limits.depthMax() + ", tokens " + limits.tokensMax()
                            + ", characters of a name " + limits.nameCharsMax() + ", of a number "
                            + limits.numberCharsMax());
        } catch (JacksonException malformed) {
            throw new Unreadable("", malformed(malformed));
        }
    }

    private static String malformed(JacksonException malformed) {
        String message = malformed.getOriginalMessage();
        return message != null && message.startsWith("Duplicate Object property")
                ? "must not repeat a member name"
                : "must be well-formed JSON";
    }

    /** Jackson guesses UTF-16 and UTF-32 from NUL bytes and lets malformed UTF-8 values through; neither may happen. */
    private static void refuseOtherEncodings(byte[] json) {
        boolean ascii = true;
        for (byte b : json) {
            if (b == 0) {
                throw new Unreadable("", "must be well-formed JSON in UTF-8");
            }
            ascii &= b > 0;
        }
        if (ascii) {
            return;
        }
        if (json.length >= 3 && json[0] == (byte) 0xEF && json[1] == (byte) 0xBB && json[2] == (byte) 0xBF) {
            throw new Unreadable("", "must not start with a byte order mark");
        }
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(json));
        } catch (CharacterCodingException notUtf8) {
            throw new Unreadable("", "must be well-formed JSON in UTF-8");
        }
    }

    /** Recursive: the parser's nesting limit bounds the stack. */
    private JsonNode value(JsonParser parser) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> json.stringNode(text(parser));
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> decimal(parser);
            case VALUE_TRUE -> json.booleanNode(true);
            case VALUE_FALSE -> json.booleanNode(false);
            case VALUE_NULL -> json.nullNode();
            case END_ARRAY, END_OBJECT, NOT_AVAILABLE, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new Unreadable(pointer(parser), "must be well-formed JSON");
        };
    }

    private ObjectNode object(JsonParser parser) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (name.indexOf('\0') >= 0 || holdsLoneSurrogate(name)) {
                throw new Unreadable("", "must not hold NUL or lone surrogates in a member name");
            }
            parser.nextToken();
            object.set(name, value(parser));
        }
        return object;
    }

    private ArrayNode array(JsonParser parser) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (array.size() == limits.itemsMax()) {
                throw new Unreadable("", "must not hold an array of more than " + limits.itemsMax() + " items");
            }
            array.add(value(parser));
        }
        return array;
    }

    private static String text(JsonParser parser) {
        String text = parser.getString();
        if (holdsLoneSurrogate(text)) {
            throw new Unreadable(pointer(parser), "must not hold a lone surrogate");
        }
        return text;
    }

    private static JsonNode integer(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT -> JsonNodeFactory.instance.numberNode(parser.getIntValue());
            case LONG -> {
                long number = parser.getLongValue();
                yield number >= -EXACT_IN_DOUBLE_MAX && number <= EXACT_IN_DOUBLE_MAX
                        ? JsonNodeFactory.instance.numberNode(number)
                        : JsonNodeFactory.instance.numberNode(BigDecimal.valueOf(number));
            }
            case BIG_INTEGER, BIG_DECIMAL, DOUBLE, FLOAT ->
                JsonNodeFactory.instance.numberNode(new BigDecimal(parser.getString()));
        };
    }

    private JsonNode decimal(JsonParser parser) {
        try {
            BigDecimal number = new BigDecimal(parser.getString());
            long magnitude = number.signum() == 0 ? -(long) number.scale() : (long) number.precision() - number.scale();
            if (Math.abs(magnitude) <= limits.exponentMax()) {
                return JsonNodeFactory.instance.numberNode(number);
            }
        } catch (NumberFormatException exponentBeyondInt) {
            // refused below like every other number that is out of range
        }
        throw new Unreadable(pointer(parser), "must be a number within 1e±" + limits.exponentMax());
    }

    private static boolean holdsLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!paired) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private static String pointer(JsonParser parser) {
        return Pointers.shortened(parser.streamReadContext().pathAsPointer().toString());
    }
}
