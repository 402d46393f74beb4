package dev.mcpgateway.policy.arguments;

import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/**
 * Proof that the arguments of one call were checked: their bytes keep to the {@link PayloadLimits} and to the tool's
 * schema. Only {@link ArgumentCheck} makes one.
 */
public final class CheckedArguments {

    private final byte[] bytes;
    private final JsonNode tree;

    /** Takes ownership of {@code bytes}. */
    CheckedArguments(byte[] bytes, JsonNode tree) {
        this.bytes = bytes;
        this.tree = tree;
    }

    /** The JSON text that was checked, byte for byte as the agent sent it; a copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Length of {@link #bytes()}. */
    public int size() {
        return bytes.length;
    }

    /** True when {@code json[start, end)} are the very bytes that were checked. */
    public boolean isSameAs(byte[] json, int start, int end) {
        return Arrays.equals(bytes, 0, bytes.length, json, start, end);
    }

    /** The same arguments as a tree, an object; shared, so it must not be changed. Numbers are exact. */
    public JsonNode tree() {
        return tree;
    }
}
