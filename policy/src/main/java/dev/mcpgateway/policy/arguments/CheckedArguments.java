package dev.mcpgateway.policy.arguments;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Proof that the arguments of one use of a feature were checked: their bytes keep to the {@link PayloadLimits} and to the
 * tool's schema or to what the prompt declares. Only {@link ArgumentCheck} and {@link PromptArgumentCheck} make one;
 * {@link #none} is for what has no arguments.
 */
public final class CheckedArguments {

    static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;
    private final JsonNode tree;

    /** Takes ownership of {@code bytes}. */
    CheckedArguments(byte[] bytes, JsonNode tree) {
        this.bytes = bytes;
        this.tree = tree;
    }

    /** The arguments of a read of a resource: there are none, which is {@code {}}. Not for calls of tools and prompts. */
    public static CheckedArguments none() {
        return new CheckedArguments(EMPTY_OBJECT.clone(), JsonNodeFactory.instance.objectNode());
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
