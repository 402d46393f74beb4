package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.GatewayConfig.View;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import dev.mcpgateway.policy.yaml.YamlValue.Variant;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one entry of {@code views}, and what holds among all of them. */
final class ViewReader {
    private static final int INSTRUCTIONS_CHARS_MAX = 8192;
    private static final Pattern PATH = Pattern.compile("/mcp(/[a-zA-Z0-9][a-zA-Z0-9._-]{0,63})?");
    private static final Pattern MAPPED_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private final Set<String> known;

    /** For views of these upstreams. */
    ViewReader(Set<String> upstreams) {
        this.known = upstreams;
    }

    /** The view of all upstreams that there is when none is configured. */
    View plain() {
        return new View("default", "/mcp", null, List.copyOf(known), new ViewNames.Prefixed(), ViewSelection.ALL, "");
    }

    View view(String name, YamlObject view) {
        Set<String> upstreams = upstreams(view);
        return new View(
                name,
                path(view),
                view.optional("audience").isPresent() ? ConfigReader.httpUrl(view, "audience", "") : null,
                List.copyOf(upstreams),
                names(view, upstreams),
                new ViewSelection(
                        patterns(view, "tools", upstreams),
                        patterns(view, "prompts", upstreams),
                        patterns(view, "resources", upstreams)),
                instructions(view));
    }

    private static String path(YamlObject view) {
        String path = view.text("path");
        if (!PATH.matcher(path).matches()) {
            view.problem(
                    "path",
                    "it must be /mcp or /mcp/ and one segment",
                    "For example /mcp/sales: letters, digits, dot, dash and underscore, the first a letter or digit");
        }
        return path;
    }

    private Set<String> upstreams(YamlObject view) {
        Set<String> offered = new LinkedHashSet<>();
        for (String alias : view.texts("upstreams")) {
            if (!known.contains(alias)) {
                view.problem("upstreams", "no upstream is called '" + alias + "'", "Known: " + known);
            }
            if (!offered.add(alias)) {
                view.problem("upstreams", "'" + alias + "' stands there twice", "Their order decides whose a URI is");
            }
        }
        return offered;
    }

    private static ViewNames names(YamlObject view, Set<String> upstreams) {
        boolean bare = view.flag("bare_names", false);
        Optional<YamlValue> written = view.optional("names");
        if (bare && written.isPresent()) {
            view.problem("bare_names", "it cannot stand beside names", "bare_names: true means names: bare");
            return new ViewNames.Prefixed();
        }
        ViewNames names = bare
                ? new ViewNames.Bare()
                : written.map(value -> names(value, upstreams)).orElseGet(ViewNames.Prefixed::new);
        if (names instanceof ViewNames.Bare && upstreams.size() != 1) {
            view.problem(
                    bare ? "bare_names" : "names",
                    "names without an alias need exactly one upstream in the view",
                    "Two upstreams could share a name; give single ones names of their own with names: {map: …}");
            return new ViewNames.Prefixed();
        }
        return names;
    }

    private static ViewNames names(YamlValue value, Set<String> upstreams) {
        Optional<Variant> variant = value.variant(Set.of("prefixed", "bare", "map"));
        if (variant.isEmpty()) {
            return new ViewNames.Prefixed();
        }
        String form = variant.get().name();
        Optional<YamlValue> body = variant.get().body();
        if (body.isPresent() != form.equals("map")) {
            value.problem(
                    "it must be prefixed, bare or a mapping under map",
                    "For example {map: {crm__find_customer: find}}");
            return new ViewNames.Prefixed();
        }
        return switch (form) {
            case "bare" -> new ViewNames.Bare();
            case "map" -> mapped(body.orElseThrow().object(), upstreams);
            default -> new ViewNames.Prefixed();
        };
    }

    private static ViewNames mapped(YamlObject map, Set<String> upstreams) {
        Map<String, String> names = new HashMap<>();
        Set<String> taken = new HashSet<>();
        for (String canonical : map.keys()) {
            String exposed = map.text(canonical);
            Optional<FeatureName> name = FeatureName.parseTool(canonical);
            if (name.isEmpty() || !upstreams.contains(name.get().alias())) {
                map.problem(
                        canonical,
                        "'" + canonical + "' names nothing that this view could have",
                        "Write alias__name with the alias of one of its upstreams: " + upstreams);
            }
            if (!MAPPED_NAME.matcher(exposed).matches() || exposed.contains("__")) {
                map.problem(
                        canonical,
                        "'" + exposed + "' cannot be a name for agents",
                        "Use 1 to 64 of A-Z, a-z, 0-9, dot, dash and underscore, without __, which ends an alias");
            } else if (!taken.add(exposed)) {
                map.problem(canonical, "two entries have the name " + exposed, "A name leads to one tool or prompt");
            }
            names.put(canonical, exposed);
        }
        return new ViewNames.Mapped(names);
    }

    private static List<FeaturePattern> patterns(YamlObject view, String key, Set<String> upstreams) {
        if (view.optional(key).isEmpty()) {
            return List.of(FeaturePattern.EVERYTHING);
        }
        List<FeaturePattern> patterns = new ArrayList<>();
        for (String text : view.texts(key)) {
            Optional<FeaturePattern> pattern =
                    FeaturePattern.parse(text).filter(each -> each.isEverything() || upstreams.contains(each.alias()));
            pattern.ifPresentOrElse(
                    patterns::add,
                    () -> view.problem(
                            key,
                            "'" + text + "' selects nothing that this view could have",
                            "Write alias__name, with * or ? after the alias only, or * alone; aliases: " + upstreams));
        }
        return patterns;
    }

    private static String instructions(YamlObject view) {
        String text = view.text("instructions", "");
        if (text.length() > INSTRUCTIONS_CHARS_MAX) {
            view.problem("instructions", "it is longer than " + INSTRUCTIONS_CHARS_MAX + " characters", "");
        }
        return text;
    }

    /** Paths and audiences of views differ, so that a request belongs to one view and a token opens one. */
    static void checkTogether(YamlObject root, Collection<View> views, URI publicUrl) {
        Set<String> paths = new HashSet<>();
        Set<String> audiences = new HashSet<>();
        for (View view : views) {
            if (!paths.add(view.path())) {
                root.problem("views", "two views have the path " + view.path(), "Give each a path of its own");
            } else if (!audiences.add(view.resource(publicUrl))) {
                root.problem(
                        "views",
                        "two views have the audience " + view.resource(publicUrl),
                        "Give each one of its own: a token for one view must not open another");
            }
        }
    }
}
