package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.Locale;
import java.util.Set;

/** What kind of content a media type is. */
final class MediaTypes {
    static final Name JSON = Name.of("application/json");

    private static final Set<String> TEXTS = Set.of(
            "application/xml",
            "application/javascript",
            "application/ecmascript",
            "application/graphql",
            "application/sql",
            "application/toml",
            "application/yaml",
            "application/x-yaml",
            "application/x-ndjson",
            "application/x-sh",
            "application/x-www-form-urlencoded");

    private MediaTypes() {}

    /** Without parameters, in lower case. */
    static String essence(String value) {
        int parameters = value.indexOf(';');
        return (parameters < 0 ? value : value.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }

    static boolean isJson(String essence) {
        return essence.equals("application/json")
                || essence.equals("text/json")
                || (essence.startsWith("application/") && essence.endsWith("+json"));
    }

    static boolean isText(String essence) {
        return essence.startsWith("text/") || essence.endsWith("+xml") || TEXTS.contains(essence);
    }
}
