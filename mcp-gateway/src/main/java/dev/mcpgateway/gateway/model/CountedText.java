package dev.mcpgateway.gateway.model;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Counts the bytes of text in the events of a stream, for answers of which nobody says the tokens. Looks for the members
 * that text is in without parsing the event a second time; what is close is good enough for an estimate.
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

    private long sum;

    /** Bytes so far. */
    long sum() {
        return sum;
    }

    void add(byte[] event) {
        for (int at = 0; at < event.length; at++) {
            if (event[at] == '"') {
                int end = stringEnd(event, at);
                int value = isMember(event, at, end) ? value(event, end) : -1;
                if (value >= 0) {
                    end = stringEnd(event, value);
                    sum += end - value - 2;
                }
                at = end - 1;
            }
        }
    }

    private static boolean isMember(byte[] event, int from, int to) {
        for (byte[] member : MEMBERS) {
            if (Arrays.equals(event, from, to, member, 0, member.length)) {
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
