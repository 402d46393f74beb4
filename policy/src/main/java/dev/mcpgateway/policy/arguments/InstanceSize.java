package dev.mcpgateway.policy.arguments;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The size of a value in units of work: one per value, and one per eight characters of text. */
final class InstanceSize {

    private static final int CHARS_PER_UNIT = 8;

    /** More than any work bound, for a value that is nested too deep. */
    private static final long BEYOND = Long.MAX_VALUE / 4;

    private InstanceSize() {}

    /** Recursive down to {@code depthMax} levels only. */
    static long of(JsonNode node, int depthMax) {
        if (node.isString()) {
            return 1L + node.stringValue().length() / CHARS_PER_UNIT;
        }
        if (!node.isContainer()) {
            return 1;
        }
        if (depthMax == 0) {
            return BEYOND;
        }
        long size = 1;
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            size = Math.min(
                    BEYOND, size + member.getKey().length() / CHARS_PER_UNIT + of(member.getValue(), depthMax - 1));
        }
        if (node.isArray()) {
            for (JsonNode item : node) {
                size = Math.min(BEYOND, size + of(item, depthMax - 1));
            }
        }
        return size;
    }
}
