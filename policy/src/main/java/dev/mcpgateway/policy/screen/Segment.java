package dev.mcpgateway.policy.screen;

/**
 * One decoded JSON string, value or member name, of an upstream's message.
 *
 * @param place where it stands
 * @param pointer JSON pointer of it in the message
 * @param text the decoded string
 * @param start first byte of the JSON string literal in the message, its quote included
 * @param end byte after the literal, its quote included
 */
public record Segment(Place place, String pointer, String text, int start, int end) {

    /** A text that is only scanned and belongs to no message. */
    public static Segment ofText(Place place, String text) {
        return new Segment(place, "", text, 0, 0);
    }
}
