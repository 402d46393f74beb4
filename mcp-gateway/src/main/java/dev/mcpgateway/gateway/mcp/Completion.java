package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.CheckedArguments;

/**
 * The completion of an argument of a prompt or of a resource template ({@code completion/complete}). Who may use the
 * prompt, or read what the template stands for, may have its arguments completed.
 *
 * @param name the prompt; or the alias, and the template in place of a URI
 * @param bytesMax longest {@code params} in bytes
 */
record Completion(FeatureName name, String exposedName, String definitionSha256, int bytesMax) implements Feature {
    private static final Name ARGUMENT = Name.of("argument");
    private static final Name VALUE = Name.of("value");
    private static final Name CONTEXT = Name.of("context");

    @Override
    public ArgumentVerdict check(Envelope request) {
        JsonDocument document = request.document();
        int argument = request.param(ARGUMENT);
        if (document.length(request.params()) > bytesMax) {
            return new ArgumentVerdict.TooLarge(document.length(request.params()), bytesMax);
        }
        if (!document.is(document.member(argument, McpNames.NAME), Kind.STRING)
                || !document.is(document.member(argument, VALUE), Kind.STRING)) {
            return new ArgumentVerdict.Invalid("/argument", "must have name and value, both strings");
        }
        int context = request.param(CONTEXT);
        if (context != JsonDocument.NONE && !isContext(document, context)) {
            return new ArgumentVerdict.Invalid("/context", "must be {arguments: {name: string}}");
        }
        return new ArgumentVerdict.Valid(CheckedArguments.none());
    }

    @Override
    public boolean takesInput() {
        return false;
    }

    private static boolean isContext(JsonDocument document, int context) {
        int arguments = document.member(context, McpNames.ARGUMENTS);
        if (arguments == JsonDocument.NONE) {
            return document.is(context, Kind.OBJECT);
        }
        if (!document.is(arguments, Kind.OBJECT)) {
            return false;
        }
        for (int each = document.first(arguments); each != JsonDocument.NONE; each = document.next(arguments, each)) {
            if (!document.is(each, Kind.STRING)) {
                return false;
            }
        }
        return true;
    }
}
