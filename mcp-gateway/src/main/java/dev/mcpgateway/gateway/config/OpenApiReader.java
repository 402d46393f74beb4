package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.GatewayConfig.OpenApi;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code openapi} of an upstream. */
final class OpenApiReader {
    private static final int PATTERN_CHARS_MAX = 256;

    private final ConfigReader config;

    OpenApiReader(ConfigReader config) {
        this.config = config;
    }

    /** The section of an upstream that is an HTTP API; {@code null} and a problem without one. */
    @Nullable
    OpenApi openApi(YamlObject upstream) {
        for (String key : new String[] {"url", "command", "era"}) {
            upstream.refuse(key, "an openapi upstream has no " + key, "What it needs stands in openapi");
        }
        boolean plain = upstream.flag("allow_plain_http", false);
        return upstream.required("openapi")
                .map(YamlValue::object)
                .map(section -> openApi(section, plain))
                .orElse(null);
    }

    private OpenApi openApi(YamlObject section, boolean mayBePlain) {
        URI server = null;
        if (section.has("server")) {
            server = ConfigReader.httpUrl(section, "server", "");
            UpstreamReader.checkPlain(section, "server", server, mayBePlain);
        }
        OpenApi openApi = new OpenApi(
                config.path(section.text("file")),
                server,
                patterns(section, "include"),
                patterns(section, "exclude"),
                section.flag("include_deprecated", true),
                section.flag("output_schemas", true),
                section.flag("slashes_in_path", false));
        section.rejectUnknownKeys();
        return openApi;
    }

    private static List<String> patterns(YamlObject section, String key) {
        List<String> patterns = new ArrayList<>();
        section.optional(key).stream()
                .flatMap(value -> value.oneOrMore().stream())
                .forEach(each -> {
                    String pattern = each.text();
                    if (each.isText() && (pattern.isEmpty() || pattern.length() > PATTERN_CHARS_MAX)) {
                        each.problem("it must have 1 to " + PATTERN_CHARS_MAX + " characters", "");
                    }
                    patterns.add(pattern);
                });
        return patterns;
    }
}
