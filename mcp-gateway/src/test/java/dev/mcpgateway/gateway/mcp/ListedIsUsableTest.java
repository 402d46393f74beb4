package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.gateway.config.ViewNames;
import dev.mcpgateway.gateway.config.ViewSelection;
import dev.mcpgateway.policy.CallFacts;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.arguments.CheckedArguments;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.rules.PolicyParse;
import dev.mcpgateway.policy.rules.PolicyParser;
import dev.mcpgateway.policy.rules.PolicySource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** For random policies, callers and views: what is listed may be used, and what is not listed may not. */
class ListedIsUsableTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final List<String> GROUPS = List.of("readers", "writers");
    private static final List<String> ACTIONS = List.of("tools/call", "prompts/get", "resources/read");
    private static final List<String> PATTERNS = List.of(
            "*",
            "a__*",
            "b__*",
            "a__read",
            "b__write",
            "a__*te",
            "a__x:docs/*",
            "b__x:docs/1",
            "b__x:*",
            "a__ui://*",
            "a__ui://card",
            "b__y:one");
    private static final List<String> NAMES = List.of("read", "write", "show", "other");
    private static final List<String> URIS = List.of(
            "x:docs/1",
            "x:docs/2",
            "x:docs/../1",
            "x:docs/free",
            "y:one",
            "y:two",
            "ui://card",
            "ui://panel",
            "z:none");

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private List<String> some(List<String> of) {
        return of.stream().filter(each -> random.nextInt(3) == 0).toList();
    }

    /** Not every rule that can be drawn makes sense to the parser. */
    private Policy policy() {
        for (int i = 0; i < 1_000; i++) {
            if (PolicyParser.parse(
                            List.of(new PolicySource("p.yaml", rules().getBytes(StandardCharsets.UTF_8))),
                            KnownNames.none())
                    instanceof PolicyParse.Parsed(Policy policy, var _)) {
                return policy;
            }
        }
        throw new AssertionError("no policy was good, seed " + seed);
    }

    private String rules() {
        StringBuilder yaml = new StringBuilder("version: 1\nrules:\n");
        for (int i = 0; i <= random.nextInt(6); i++) {
            boolean permit = random.nextInt(3) > 0;
            List<String> actions = some(ACTIONS);
            yaml.append("  - {id: r").append(i).append(", effect: ").append(permit ? "permit" : "forbid");
            yaml.append(", actions: [").append(actions.isEmpty() ? one(ACTIONS) : String.join(", ", actions));
            yaml.append("], resources: [\"")
                    .append(one(PATTERNS))
                    .append("\", \"")
                    .append(one(PATTERNS))
                    .append("\"]");
            if (random.nextBoolean()) {
                yaml.append(", principals: {groups: [").append(one(GROUPS)).append("]}");
            }
            yaml.append(permit ? ", ack_broad: true}\n" : "}\n");
        }
        return yaml.toString();
    }

    private ViewTable table() {
        TestCatalog catalog = new TestCatalog("a", "b");
        for (String alias : List.of("a", "b")) {
            some(NAMES).forEach(name -> catalog.tool(alias, name));
            some(NAMES).forEach(name -> catalog.prompt(alias, name));
            some(URIS).forEach(uri -> catalog.resource(alias, uri));
            some(List.of("x:docs/{id}", "y:{+all}", "x:{+all}")).forEach(text -> catalog.template(alias, text));
            some(List.of("ui://card", "ui://panel"))
                    .forEach(uri -> catalog.toolWithApp(alias, "show_" + uri.substring(5), uri));
        }
        ViewSelection selection = random.nextBoolean()
                ? ViewSelection.ALL
                : new ViewSelection(
                        ViewTablesTest.patterns(some(PATTERNS)),
                        ViewTablesTest.patterns(some(PATTERNS)),
                        ViewTablesTest.patterns(some(PATTERNS)));
        View view = new View(
                "v",
                "/mcp",
                "https://gw.example/mcp",
                random.nextBoolean() ? List.of("a", "b") : List.of("b", "a"),
                new ViewNames.Mapped(Map.of("a__read", "read")),
                selection,
                "");
        ViewTables tables = new ViewTables(List.of(view), PayloadLimits.STANDARD);
        tables.update(catalog.snapshot(1));
        return tables.of(view);
    }

    private Subject subject() {
        return new Subject("corp", "alice", null, new HashSet<>(some(GROUPS)), Set.of(), Map.of());
    }

    private static Set<String> listed(FeatureList list, ViewTable table, Policy policy, Subject subject) {
        return ListPath.visible(list, table, policy, subject, NOW).stream()
                .map(Listed::exposedName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean mayUse(Policy policy, Subject subject, FeatureName name) {
        return policy.decide(new CallFacts(subject, name, CheckedArguments.none(), NOW)) instanceof Decision.Allow;
    }

    private static boolean mayRead(Policy policy, Subject subject, @Nullable ResourceRoute route) {
        if (route == null) {
            return false;
        }
        return route.isApp() ? route.isShown(policy, subject, NOW) : mayUse(policy, subject, route.name());
    }

    @Test
    void whatIsListedMayBeUsedAndWhatIsNotMayNot() {
        int listedInAll = 0;
        for (int i = 0; i < 3_000; i++) {
            ViewTable table = table();
            Policy policy = policy();
            Subject subject = subject();

            Set<String> usable = new TreeSet<>();
            Set<String> gettable = new TreeSet<>();
            for (String name : NAMES) {
                for (String each : List.of(name, "a__" + name, "b__" + name)) {
                    ExposedTool tool = table.tools().find(each);
                    if (tool != null && mayUse(policy, subject, tool.name())) {
                        usable.add(each);
                    }
                    ExposedPrompt prompt = table.prompts().find(each);
                    if (prompt != null && mayUse(policy, subject, prompt.name())) {
                        gettable.add(each);
                    }
                }
            }
            Set<String> tools = listed(FeatureList.TOOLS, table, policy, subject);
            tools.removeIf(name -> name.contains("show_"));
            assertThat(tools).as("tools, seed %d, round %d", seed, i).isEqualTo(usable);
            assertThat(listed(FeatureList.PROMPTS, table, policy, subject))
                    .as("prompts, seed %d, round %d", seed, i)
                    .isEqualTo(gettable);
            listedInAll += tools.size() + gettable.size() + assertReads(table, policy, subject, i);
        }
        assertThat(listedInAll).as("not everything was empty").isGreaterThan(1_000);
    }

    /** A listed URI may be read; one that may be read is listed, or belongs to a template that is. */
    private int assertReads(ViewTable table, Policy policy, Subject subject, int round) {
        Set<String> listed = listed(FeatureList.RESOURCES, table, policy, subject);
        Set<String> templates = listed(FeatureList.RESOURCE_TEMPLATES, table, policy, subject);
        Set<String> inTable =
                table.resources().resources().stream().map(Listed::exposedName).collect(Collectors.toSet());
        for (String uri : URIS) {
            ResourceRoute route = table.resources().find(uri);
            boolean readable = mayRead(policy, subject, route);
            if (inTable.contains(uri)) {
                assertThat(listed.contains(uri))
                        .as("%s, seed %d, round %d", uri, seed, round)
                        .isEqualTo(readable);
            } else {
                assertThat(listed).doesNotContain(uri);
                boolean hasVisibleTemplate = templates.stream()
                        .anyMatch(text -> UriTemplate.parse(text).orElseThrow().matches(uri));
                assertThat(!readable || route.isApp() || hasVisibleTemplate)
                        .as("%s by template, seed %d, round %d", uri, seed, round)
                        .isTrue();
            }
        }
        return listed.size();
    }
}
