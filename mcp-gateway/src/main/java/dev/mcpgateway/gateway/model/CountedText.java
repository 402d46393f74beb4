package dev.mcpgateway.gateway.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Counts the bytes of text in the events of a stream, for answers of which nobody says the tokens. Looks for the members
 * that text is in without parsing the event a second time; what is close is good enough for an estimate.
 *
 * <p>Of the Responses protocol only deltas count: its other events repeat the request, with texts that its agent chose, or
 * what deltas have brought.
 */
final class CountedText {
    private static final byte[][] MEMBERS = {
        bytes("\"content\""),
        bytes("\"text\""),
        bytes("\"delta\""),
        bytes("\"arguments\""),
        bytes("\"partial_json\""),
        bytes("\"thinking\""),
        bytes("\"reasoning_content\"")
    };

    private static final byte[] TYPE = bytes("\"type\"");
    private static final byte[] RESPONSE = bytes("\"response.");
    private static final byte[] DELTA = bytes(".delta\"");

    private long sum;

    /** Bytes so far. */
    long sum() {
        return sum;
    }

    void add(byte[] event) {
        long found = 0;
        int depth = 0;
        for (int at = 0; at < event.length; at++) {
            switch (event[at]) {
                case '{', '[' -> depth++;
                case '}', ']' -> depth--;
                case '"' -> {
                    int end = stringEnd(event, at);
                    boolean isText = isMember(event, at, end);
                    boolean isType = depth == 1 && isAt(event, at, end, TYPE);
                    int value = isText || isType ? value(event, end) : -1;
                    if (value >= 0) {
                        end = stringEnd(event, value);
                    }
                    if (value >= 0 && isType && isRepetition(event, value, end)) {
                        return;
                    }
                    if (value >= 0 && isText) {
                        found += end - value - 2;
                    }
                    at = end - 1;
                }
                default -> {}
            }
        }
        sum += found;
    }

    private static boolean isRepetition(byte[] event, int from, int to) {
        return to - from >= RESPONSE.length
                && isAt(event, from, from + RESPONSE.length, RESPONSE)
                && !isAt(event, Math.max(from, to - DELTA.length), to, DELTA);
    }

    private static boolean isAt(byte[] event, int from, int to, byte[] word) {
        return Arrays.equals(event, from, to, word, 0, word.length);
    }

    private static boolean isMember(byte[] event, int from, int to) {
        for (byte[] member : MEMBERS) {
            if (isAt(event, from, to, member)) {
                return true;
            }
        }
        return false;
    }

    /** Where the member's value begins, if that is a string. */
    private static int value(byte[] event, int from) {
        int at = blanks(event, from);
        if (at >= event.length || event[at] != ':') {
            return -1;
        }
        at = blanks(event, at + 1);
        return at < event.length && event[at] == '"' ? at : -1;
    }

    private static int blanks(byte[] event, int from) {
        int at = from;
        while (at < event.length && (event[at] == ' ' || event[at] == '\t' || event[at] == '\n' || event[at] == '\r')) {
            at++;
        }
        return at;
    }

    /** Behind the closing quotation mark of the string that begins here. */
    private static int stringEnd(byte[] event, int from) {
        int at = from + 1;
        while (at < event.length && event[at] != '"') {
            at += event[at] == '\\' ? 2 : 1;
        }
        return Math.min(at + 1, event.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
