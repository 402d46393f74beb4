package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.connectors.mcp.NamePattern;
import dev.mcpgateway.connectors.model.BedrockApi;
import dev.mcpgateway.gateway.config.Models;
import java.util.regex.Pattern;

/** Whether the model that answered is the one that was asked. */
public final class Served {
    private static final String LATEST = "-latest";

    /** What providers put behind a name for a dated or numbered variant of it. */
    private static final Pattern VARIANT = Pattern.compile("[-@:][0-9][0-9-]{0,15}");

    private Served() {}

    /** Whether this name may stand for the target. What names nothing contradicts nothing. */
    public static boolean matches(Models.Target target, String served) {
        if (served.isEmpty()) {
            return true;
        }
        if (!target.servedAs().isEmpty()) {
            return target.servedAs().stream().anyMatch(pattern -> new NamePattern(pattern).matches(served));
        }
        return isNameOf(target.model(), served)
                || BedrockApi.nameAtAnthropic(target.model())
                        .filter(name -> isNameOf(name, served))
                        .isPresent();
    }

    private static boolean isNameOf(String name, String served) {
        String stem = name.endsWith(LATEST) ? name.substring(0, name.length() - LATEST.length()) : name;
        return served.equals(name)
                || served.equals(stem)
                || (served.startsWith(stem)
                        && VARIANT.matcher(served)
                                .region(stem.length(), served.length())
                                .matches());
    }
}
