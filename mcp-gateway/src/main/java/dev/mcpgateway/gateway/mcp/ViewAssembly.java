package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.CatalogItem;
import dev.mcpgateway.connectors.mcp.CatalogSnapshot;
import dev.mcpgateway.connectors.mcp.Definition;
import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.mcp.UpstreamView.Freshness;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import dev.mcpgateway.policy.arguments.PromptArgument;
import dev.mcpgateway.policy.arguments.PromptArgumentCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes one view's table of one catalogue: selects, names, and settles what several upstreams claim. */
final class ViewAssembly {
    private static final Name REQUIRED = Name.of("required");

    /** Templates of one upstream in one view: each is tried with each URI that is not listed. */
    private static final int TEMPLATES_MAX = 200;

    private final View view;
    private final CatalogSnapshot catalog;
    private final PayloadLimits limits;
    private final LeftOut leftOut;
    private final UriOwnership before;
    private final Set<String> asked;
    private UriOwnership ownership = UriOwnership.NONE;

    /**
     * Prepares; nothing is made yet.
     *
     * @param leftOut is told what does not come into the table though it was selected
     * @param before whose the URIs were until now
     */
    ViewAssembly(View view, CatalogSnapshot catalog, PayloadLimits limits, LeftOut leftOut, UriOwnership before) {
        this.view = view;
        this.catalog = catalog;
        this.limits = limits;
        this.leftOut = leftOut;
        this.before = before;
        this.asked = catalog.upstreams().entrySet().stream()
                .filter(upstream -> upstream.getValue().freshness() == Freshness.FRESH
                        || upstream.getValue().freshness() == Freshness.LAST_GOOD)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whose the URIs are, once the table is made. */
    UriOwnership ownership() {
        return ownership;
    }

    /** The table. */
    ViewTable table(List<PreparedTool> callable) {
        List<PreparedTool> selected = callable.stream()
                .filter(tool -> view.upstreams().contains(tool.name().alias()))
                .filter(tool -> view.selection().has(tool.name()))
                .toList();
        List<ExposedTemplate> templates = selectedTemplates();
        Map<String, List<FeatureName>> listed = selectedResources();
        ownership = settle(selected, templates, listed);
        List<ExposedTool> tools = tools(selected);
        return new ViewTable(
                catalog.version(),
                new ToolTable(tools),
                new PromptTable(prompts()),
                new ResourceTable(view, resources(), owned(templates), tools),
                ServedFeatures.of(view, catalog));
    }

    private List<CatalogItem> items(FeatureList list) {
        return catalog.items(list).stream()
                .filter(item -> view.upstreams().contains(item.alias()))
                .toList();
    }

    private List<ExposedTool> tools(List<PreparedTool> selected) {
        ExposedNames names = new ExposedNames(view.names());
        List<ExposedTool> tools = new ArrayList<>(selected.size());
        for (PreparedTool tool : selected) {
            String exposed = names.of(tool.name());
            if (!names.take(exposed)) {
                leftOut.add("tool", tool.name().canonical(), "another one is called " + exposed);
                continue;
            }
            Optional<FeatureName> app = tool.app();
            boolean hasApp = app.isEmpty()
                    || ownership.apps().has(app.get().alias(), app.get().own());
            if (!hasApp) {
                leftOut.add(
                        "the app of tool",
                        tool.name().canonical(),
                        "another upstream has " + app.get().own());
            }
            tools.add(tool.exposed(exposed, hasApp));
        }
        return tools;
    }

    private List<ExposedPrompt> prompts() {
        ExposedNames names = new ExposedNames(view.names());
        List<ExposedPrompt> prompts = new ArrayList<>();
        for (CatalogItem item : items(FeatureList.PROMPTS)) {
            Optional<FeatureName> name = FeatureName.parse(FeatureKind.PROMPT, item.canonicalName());
            Optional<List<PromptArgument>> arguments = arguments(item.definition());
            if (name.isEmpty() || arguments.isEmpty()) {
                leftOut.add("prompt", item.canonicalName(), "its name or its arguments are malformed");
            } else if (view.selection().has(name.get())) {
                String exposed = names.of(name.get());
                if (names.take(exposed)) {
                    prompts.add(prompt(exposed, name.get(), item.definition(), arguments.get()));
                } else {
                    leftOut.add("prompt", item.canonicalName(), "another one is called " + exposed);
                }
            }
        }
        return prompts;
    }

    private ExposedPrompt prompt(
            String exposed, FeatureName name, Definition definition, List<PromptArgument> arguments) {
        JsonDocument document = definition.document();
        byte[] json = new Splice(document)
                .replace(document.member(definition.node(), McpNames.NAME), JsonText.quote(exposed))
                .toBytes(definition.node());
        return new ExposedPrompt(exposed, name, definition.sha256(), new PromptArgumentCheck(arguments, limits), json);
    }

    private static Optional<List<PromptArgument>> arguments(Definition definition) {
        JsonDocument document = definition.document();
        int declared = document.member(definition.node(), McpNames.ARGUMENTS);
        List<PromptArgument> arguments = new ArrayList<>();
        if (declared == JsonDocument.NONE || document.is(declared, Kind.NULL)) {
            return Optional.of(arguments);
        }
        if (!document.is(declared, Kind.ARRAY)) {
            return Optional.empty();
        }
        for (int each = document.first(declared); each != JsonDocument.NONE; each = document.next(declared, each)) {
            int name = document.member(each, McpNames.NAME);
            if (!document.is(name, Kind.STRING)) {
                return Optional.empty();
            }
            boolean required = document.is(document.member(each, REQUIRED), Kind.TRUE);
            arguments.add(new PromptArgument(document.string(name), required));
        }
        return Optional.of(arguments);
    }

    /** The selected URIs of each upstream, other than those of apps. */
    private Map<String, List<FeatureName>> selectedResources() {
        Map<String, List<FeatureName>> byAlias = new HashMap<>();
        for (CatalogItem item : items(FeatureList.RESOURCES)) {
            FeatureName.parse(FeatureKind.RESOURCE, item.canonicalName())
                    .filter(name -> !isApp(name) && view.selection().has(name))
                    .ifPresent(name -> byAlias.computeIfAbsent(name.alias(), alias -> new ArrayList<>())
                            .add(name));
        }
        return byAlias;
    }

    private static boolean isApp(FeatureName name) {
        return name.own().startsWith(Policy.APP_SCHEME);
    }

    private List<ExposedTemplate> selectedTemplates() {
        List<ExposedTemplate> templates = new ArrayList<>();
        Map<String, Integer> counts = new HashMap<>();
        for (CatalogItem item : items(FeatureList.RESOURCE_TEMPLATES)) {
            Optional<FeatureName> name = FeatureName.parse(FeatureKind.RESOURCE, item.canonicalName())
                    .filter(view.selection()::has);
            if (name.isPresent() && !isApp(name.get())) {
                Optional<UriTemplate> template =
                        UriTemplate.parse(item.definition().name());
                if (template.isEmpty()) {
                    leftOut.add("template", item.canonicalName(), "it is no URI template that begins with a scheme");
                } else if (counts.merge(item.alias(), 1, Integer::sum) > TEMPLATES_MAX) {
                    leftOut.add("template", item.canonicalName(), "more than " + TEMPLATES_MAX + " of one upstream");
                } else {
                    templates.add(new ExposedTemplate(
                            name.get(),
                            template.get(),
                            item.definition().sha256(),
                            item.definition().rawBytes()));
                }
            }
        }
        return templates;
    }

    private UriOwnership settle(
            List<PreparedTool> tools, List<ExposedTemplate> templates, Map<String, List<FeatureName>> listed) {
        SequencedMap<String, Set<String>> apps = new LinkedHashMap<>();
        SequencedMap<String, Set<String>> texts = new LinkedHashMap<>();
        SequencedMap<String, Set<String>> uris = new LinkedHashMap<>();
        Map<String, List<UriTemplate>> byAlias = new HashMap<>();
        for (String alias : view.upstreams()) {
            apps.put(alias, new HashSet<>());
            texts.put(alias, new HashSet<>());
            uris.put(
                    alias,
                    listed.getOrDefault(alias, List.of()).stream()
                            .map(FeatureName::own)
                            .collect(Collectors.toSet()));
        }
        for (PreparedTool tool : tools) {
            tool.app().ifPresent(app -> add(apps, app.alias(), app.own()));
        }
        for (ExposedTemplate template : templates) {
            add(texts, template.name().alias(), template.exposedName());
            byAlias.computeIfAbsent(template.name().alias(), alias -> new ArrayList<>())
                    .add(template.template());
        }
        return new UriOwnership(
                UriOwners.settle(uris, byAlias, asked, before.resources()),
                UriOwners.settle(texts, Map.of(), asked, before.templates()),
                UriOwners.settle(apps, Map.of(), asked, before.apps()));
    }

    private static void add(Map<String, Set<String>> claims, String alias, String uri) {
        claims.computeIfAbsent(alias, absent -> new HashSet<>()).add(uri);
    }

    private List<ExposedTemplate> owned(List<ExposedTemplate> templates) {
        List<ExposedTemplate> owned = new ArrayList<>();
        for (ExposedTemplate template : templates) {
            if (ownership.templates().has(template.name().alias(), template.exposedName())) {
                owned.add(template);
            } else {
                leftOut.add("template", template.name().canonical(), "another upstream has it");
            }
        }
        return owned;
    }

    private List<ExposedResource> resources() {
        List<ExposedResource> resources = new ArrayList<>();
        for (CatalogItem item : items(FeatureList.RESOURCES)) {
            Optional<FeatureName> name = FeatureName.parse(FeatureKind.RESOURCE, item.canonicalName());
            if (name.isEmpty()) {
                leftOut.add("resource", item.canonicalName(), "its URI is too long or has control characters");
            } else if (isApp(name.get())) {
                // without a tool that shows it nobody could read it
                if (ownership.apps().has(item.alias(), name.get().own())) {
                    resources.add(resource(name.get(), item.definition()));
                }
            } else if (view.selection().has(name.get())) {
                if (ownership.resources().has(item.alias(), name.get().own())) {
                    resources.add(resource(name.get(), item.definition()));
                } else {
                    leftOut.add("resource", item.canonicalName(), "another upstream has its URI");
                }
            }
        }
        return resources;
    }

    private static ExposedResource resource(FeatureName name, Definition definition) {
        return new ExposedResource(name, definition.sha256(), definition.rawBytes());
    }
}
