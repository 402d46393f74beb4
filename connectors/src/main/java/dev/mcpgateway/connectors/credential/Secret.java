package dev.mcpgateway.connectors.credential;

/**
 * A value that must not be seen. It prints as {@code ***} and compares by identity, so that it ends neither in a log nor
 * in a timing-dependent comparison by accident.
 */
public final class Secret {
    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /** Wraps a value. */
    public static Secret of(String value) {
        return new Secret(value);
    }

    /** The value itself, for the one place that sends it. Each use of this method is a place to review. */
    public String expose() {
        return value;
    }

    @Override
    public String toString() {
        return "***";
    }
}
