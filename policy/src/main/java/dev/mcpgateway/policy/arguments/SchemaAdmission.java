package dev.mcpgateway.policy.arguments;

/** Whether a schema can be enforced. */
public sealed interface SchemaAdmission {

    /** It can, and this is its compiled form. */
    record Admitted(CompiledSchema schema) implements SchemaAdmission {}

    /** It cannot, so its tool must not be offered; {@code reason} is for the operator. */
    record Quarantined(String reason) implements SchemaAdmission {}
}
