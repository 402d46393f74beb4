package dev.mcpgateway.policy.rules.cel;

/** What a variable of an expression holds. */
public enum VariableType {
    /** A {@code String}; CEL's {@code string}. */
    TEXT("text"),
    /** A {@code Long}; CEL's {@code int}. */
    WHOLE("whole number"),
    /** A {@code Double}; CEL's {@code double}. */
    NUMBER("number"),
    /** A {@code Boolean}; CEL's {@code bool}. */
    FLAG("true or false"),
    /** A {@code List<String>}; CEL's {@code list(string)}. */
    TEXTS("list of texts");

    private final String says;

    VariableType(String says) {
        this.says = says;
    }

    /** The same in words. */
    public String says() {
        return says;
    }
}
