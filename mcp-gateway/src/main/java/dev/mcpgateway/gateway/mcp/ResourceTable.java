package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.gateway.config.ViewSelection;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The resources and templates of one view at one version of the catalogue, and where a read of a URI goes. A URI has one
 * owner at most ({@link UriOwners}). Immutable.
 */
final class ResourceTable {
    private static final Comparator<ExposedResource> ORDER = Comparator.comparing(
                    (ExposedResource resource) -> resource.name().alias())
            .thenComparing(resource -> resource.name().own());

    private final ViewSelection selection;
    private final List<ExposedResource> resources;
    private final List<ExposedTemplate> templates;
    private final List<ExposedTemplate> templatesByOwner;
    private final Map<String, ResourceRoute> routes = new HashMap<>();
    private final Map<String, ExposedTemplate> templatesByText = new HashMap<>();
    private final List<ExposedResource> apps = new ArrayList<>();

    /**
     * A table.
     *
     * @param resources listed resources, each by its owner, by alias, then URI
     * @param templates by alias, then text; no two of one text
     * @param tools the view's tools; the {@code ui://} resources that they name belong to the view, listed or not
     */
    ResourceTable(
            View view, List<ExposedResource> resources, List<ExposedTemplate> templates, List<ExposedTool> tools) {
        this.selection = view.selection();
        this.templates = List.copyOf(templates);
        this.templatesByOwner = templates.stream()
                .sorted(Comparator.comparingInt(
                        template -> view.upstreams().indexOf(template.name().alias())))
                .toList();
        templates.forEach(template -> templatesByText.put(template.exposedName(), template));
        routeToApps(tools);
        List<ExposedResource> others = new ArrayList<>();
        for (ExposedResource resource : resources) {
            ResourceRoute app = routes.get(resource.name().own());
            (app == null ? others : apps).add(resource);
            routes.put(
                    resource.name().own(),
                    new ResourceRoute(
                            resource.name(), resource.definitionSha256(), app == null ? List.of() : app.tools()));
        }
        this.resources = List.copyOf(others);
    }

    private void routeToApps(List<ExposedTool> tools) {
        Map<FeatureName, List<ExposedTool>> byApp = new HashMap<>();
        for (ExposedTool tool : tools) {
            if (tool.app() != null) {
                byApp.computeIfAbsent(tool.app(), app -> new ArrayList<>()).add(tool);
            }
        }
        byApp.forEach((app, shownBy) -> routes.put(app.own(), new ResourceRoute(app, "", shownBy)));
    }

    /** All listed resources: by alias, then URI, those of MCP Apps last. */
    List<ExposedResource> resources() {
        List<ExposedResource> all = new ArrayList<>(resources);
        all.addAll(apps);
        return all;
    }

    /** In the order in which they are listed: by alias, then text. */
    List<ExposedTemplate> templates() {
        return templates;
    }

    /** The listed resources that the caller may read, in their order; those of MCP Apps follow their tools. */
    List<ExposedResource> visible(Policy policy, Subject subject, Instant now) {
        List<ExposedResource> visible =
                policy.visible(subject, resources, ExposedResource::name, now).items();
        if (apps.isEmpty()) {
            return visible;
        }
        List<ExposedResource> all = new ArrayList<>(visible);
        for (ExposedResource app : apps) {
            ResourceRoute route = routes.get(app.name().own());
            if (route != null && route.isShown(policy, subject, now)) {
                all.add(app);
            }
        }
        all.sort(ORDER);
        return all;
    }

    /**
     * Where a read of the URI goes: to its owner if it is listed or a tool shows it, else to the first upstream in the
     * view's order with a template for it; nowhere if it is outside of what the view offers.
     */
    @Nullable
    ResourceRoute find(String uri) {
        ResourceRoute route = routes.get(uri);
        return route != null || uri.startsWith(Policy.APP_SCHEME) ? route : byTemplate(uri);
    }

    private @Nullable ResourceRoute byTemplate(String uri) {
        for (ExposedTemplate template : templatesByOwner) {
            if (template.template().matches(uri)) {
                Optional<FeatureName> name =
                        FeatureName.parse(FeatureKind.RESOURCE, template.name().alias() + "__" + uri);
                // the first owner decides: what it does not offer of its own is not looked for elsewhere
                return name.filter(selection::has)
                        .map(found -> new ResourceRoute(found, template.definitionSha256(), List.of()))
                        .orElse(null);
            }
        }
        return null;
    }

    /** The template with exactly this text, or {@code null}. */
    @Nullable
    ExposedTemplate template(String text) {
        return templatesByText.get(text);
    }
}
