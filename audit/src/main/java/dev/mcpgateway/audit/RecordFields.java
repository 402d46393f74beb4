package dev.mcpgateway.audit;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The members of a record that join it to others, read without a tree. Text that is missing is empty, numbers are -1.
 *
 * @param event {@code ev}
 * @param call {@code call}
 * @param parent {@code parent}: number of the intent
 * @param oldestOpen {@code detail.oldest_open} of records about the log: the oldest call without an outcome, or the
 *     record's own number
 * @param heartbeatSeconds {@code detail.heartbeat_s} of {@code log.opened}
 * @param logSha256 {@code detail.log_sha256} of {@code log.opened}
 */
record RecordFields(String event, String call, long parent, long oldestOpen, long heartbeatSeconds, String logSha256) {
    private static final long NONE = -1;

    /** Whether the record is the intent of a call. */
    boolean opensCall() {
        return event.endsWith(".intent");
    }

    /** Whether the record ends a call: an outcome, or the admission that nobody knows it. */
    boolean closesCall() {
        return event.endsWith(".outcome") || event.endsWith(".unresolved");
    }

    /** Beginning of the call's event names, such as {@code tool.call}. */
    String callEvent() {
        return event.substring(0, event.lastIndexOf('.'));
    }

    /**
     * Reads one record.
     *
     * @throws JacksonException if it is not one JSON object
     */
    static RecordFields read(byte[] bytes, int from, int to) {
        Reading reading = new Reading();
        try (JsonParser parser = JsonMapper.shared().createParser(bytes, from, to - from)) {
            parser.nextToken();
            reading.object(parser, "");
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "more than one JSON value");
            }
        }
        return new RecordFields(
                reading.event,
                reading.call,
                reading.parent,
                reading.oldestOpen,
                reading.heartbeatSeconds,
                reading.logSha256);
    }

    private static final class Reading {
        private String event = "";
        private String call = "";
        private long parent = NONE;
        private long oldestOpen = NONE;
        private long heartbeatSeconds = NONE;
        private String logSha256 = "";

        void object(JsonParser parser, String prefix) {
            String name = parser.nextName();
            while (name != null) {
                JsonToken value = parser.nextToken();
                if (value == JsonToken.START_OBJECT && name.equals("detail") && event.startsWith("log.")) {
                    object(parser, "detail.");
                } else {
                    member(parser, prefix + name);
                }
                name = parser.nextName();
            }
        }

        private void member(JsonParser parser, String name) {
            switch (name) {
                case "ev" -> event = parser.getString();
                case "call" -> call = parser.getString();
                case "parent" -> parent = number(parser);
                case "detail.oldest_open" -> oldestOpen = number(parser);
                case "detail.heartbeat_s" -> heartbeatSeconds = number(parser);
                case "detail.log_sha256" -> logSha256 = parser.getString();
                default -> parser.skipChildren();
            }
        }

        private static long number(JsonParser parser) {
            return parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getLongValue() : NONE;
        }
    }
}
