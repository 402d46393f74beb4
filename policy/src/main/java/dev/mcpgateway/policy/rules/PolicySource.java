package dev.mcpgateway.policy.rules;

/** One policy file as it was read: the name that problems carry, and its bytes. */
public final class PolicySource {

    private final String name;
    private final byte[] bytes;

    /** Copies {@code bytes}, so that what is parsed is what is hashed. */
    public PolicySource(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes.clone();
    }

    /** The name that problems carry. */
    public String name() {
        return name;
    }

    /** The content; not to be changed. */
    byte[] bytes() {
        return bytes;
    }
}
