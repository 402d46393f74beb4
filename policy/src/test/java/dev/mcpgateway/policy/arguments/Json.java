package dev.mcpgateway.policy.arguments;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON and checks written as text. */
final class Json {

    private static final JsonMapper MAPPER = new JsonMapper();

    private Json() {}

    static JsonNode of(String text) {
        return MAPPER.readTree(text);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static SchemaAdmission admit(String schema) {
        return CompiledSchema.admit(of(schema), SchemaBounds.STANDARD);
    }

    static CompiledSchema schema(String schema) {
        return switch (admit(schema)) {
            case SchemaAdmission.Admitted(CompiledSchema compiled) -> compiled;
            case SchemaAdmission.Quarantined(String reason) -> throw new AssertionError(reason);
        };
    }

    static String quarantineReason(String schema) {
        return switch (admit(schema)) {
            case SchemaAdmission.Admitted _ -> throw new AssertionError("admitted: " + schema);
            case SchemaAdmission.Quarantined(String reason) -> reason;
        };
    }

    static ArgumentVerdict check(String schema, String arguments) {
        return check(schema, bytes(arguments));
    }

    static ArgumentVerdict check(String schema, byte[] arguments) {
        return new ArgumentCheck(schema(schema), PayloadLimits.STANDARD).check(arguments, 0, arguments.length);
    }

    /** The refusal as one line, or "valid". */
    static String verdict(String schema, String arguments) {
        return words(check(schema, arguments));
    }

    static String words(ArgumentVerdict verdict) {
        return switch (verdict) {
            case ArgumentVerdict.Valid _ -> "valid";
            case ArgumentVerdict.TooLarge(long bytes, long bytesMax) -> bytes + " bytes, at most " + bytesMax;
            case ArgumentVerdict.Invalid(String pointer, String message) -> pointer + ": " + message;
        };
    }
}
