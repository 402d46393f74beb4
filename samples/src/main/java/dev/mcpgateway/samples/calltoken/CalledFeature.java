package dev.mcpgateway.samples.calltoken;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What a request body asks for, as far as a token can be bound to it.
 *
 * @param method the JSON-RPC method
 * @param noun {@code tool}, {@code prompt} or {@code resource}
 * @param name which one
 * @param arguments with what; empty where the method takes none
 */
record CalledFeature(String method, String noun, String name, Optional<Arguments> arguments) {

    /**
     * Reads a body.
     *
     * @return the call; empty for any other message
     * @throws CallTokenRefused if it is not one JSON-RPC message that all readers read alike
     */
    static Optional<CalledFeature> read(byte[] body) throws CallTokenRefused {
        for (byte each : body) {
            if (each == 0) {
                throw unreadable("not UTF-8"); // what looks like UTF-16 has NULs, which JSON text never has
            }
        }
        try (JsonParser parser = Json.STRICT.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw unreadable("not one message");
            }
            Reading reading = new Reading();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = parser.currentName();
                JsonToken value = parser.nextToken();
                if (member.equals("method") && value == JsonToken.VALUE_STRING) {
                    reading.method = parser.getString();
                } else if (member.equals("params") && value == JsonToken.START_OBJECT) {
                    reading.params(parser, body);
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw unreadable("more than one message");
            }
            return reading.feature();
        } catch (JacksonException notJson) {
            throw unreadable("not JSON");
        }
    }

    private static CallTokenRefused unreadable(String why) {
        return new CallTokenRefused(CallTokenRefused.Step.BINDING, "the body is " + why);
    }

    /** What was seen of the message so far. */
    private static final class Reading {
        private String method = "";
        private String name = "";
        private String uri = "";
        private String refType = "";
        private String refName = "";
        private String refUri = "";
        private Arguments arguments = Arguments.NONE;
        private Arguments argument = Arguments.NONE;

        void params(JsonParser parser, byte[] body) throws CallTokenRefused {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (member) {
                    case "name" -> name = text(parser, value);
                    case "uri" -> uri = text(parser, value);
                    case "arguments" -> arguments = arguments(parser, value, body);
                    case "argument" -> argument = arguments(parser, value, body);
                    case "ref" -> ref(parser, value);
                    default -> parser.skipChildren();
                }
            }
        }

        private static String text(JsonParser parser, JsonToken value) {
            if (value == JsonToken.VALUE_STRING) {
                return parser.getString();
            }
            parser.skipChildren();
            return "";
        }

        private static Arguments arguments(JsonParser parser, JsonToken value, byte[] body) throws CallTokenRefused {
            if (value != JsonToken.START_OBJECT) {
                throw unreadable("one whose arguments are no object");
            }
            return Arguments.read(parser, body);
        }

        private void ref(JsonParser parser, JsonToken value) {
            if (value != JsonToken.START_OBJECT) {
                parser.skipChildren();
                return;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = parser.currentName();
                String text = text(parser, parser.nextToken());
                switch (member) {
                    case "type" -> refType = text;
                    case "name" -> refName = text;
                    case "uri" -> refUri = text;
                    default -> {
                        // says nothing about which one is meant
                    }
                }
            }
        }

        Optional<CalledFeature> feature() {
            return switch (method) {
                case "tools/call" -> Optional.of(new CalledFeature(method, "tool", name, Optional.of(arguments)));
                case "prompts/get" -> Optional.of(new CalledFeature(method, "prompt", name, Optional.of(arguments)));
                case "resources/read" -> Optional.of(new CalledFeature(method, "resource", uri, Optional.empty()));
                case "completion/complete" ->
                    Optional.of(
                            refType.equals("ref/prompt")
                                    ? new CalledFeature(method, "prompt", refName, Optional.of(argument))
                                    : new CalledFeature(method, "resource", refUri, Optional.of(argument)));
                default -> Optional.empty();
            };
        }
    }
}
