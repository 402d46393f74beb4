package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.config.ViewNames;
import dev.mcpgateway.gateway.config.ViewSelection;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.rules.PolicyParse;
import dev.mcpgateway.policy.rules.PolicyParser;
import dev.mcpgateway.policy.rules.PolicySource;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Times {@code tools/list} of 1,000 tools of 20 upstreams for one caller, who may see 950 of them: the filter alone, and
 * the whole request over one loopback connection. Run by hand; prints microseconds.
 */
final class ListBenchmark {
    private static final int UPSTREAMS = 20;
    private static final int TOOLS_EACH = 50;
    private static final int WARM = 3_000;
    private static final int MEASURED = 3_000;
    private static final String SCHEMA =
            "\"description\":\"" + "Finds a thing by some of what is known of it. ".repeat(3)
                    + "\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\",\"maxLength\":64},"
                    + "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":100}},\"required\":[\"id\"]}";

    private ListBenchmark() {}

    public static void main(String[] args) throws Exception {
        filter();
        request();
        System.exit(0);
    }

    private static String policy() {
        StringBuilder yaml = new StringBuilder("version: 1\nrules:\n");
        for (int i = 0; i < UPSTREAMS; i++) {
            yaml.append("  - {id: support-")
                    .append(i)
                    .append(", effect: permit, principals: {groups: [support]}, resources: [u")
                    .append(i)
                    .append("__*], ack_broad: true}\n");
            yaml.append("  - {id: other-")
                    .append(i)
                    .append(", effect: permit, principals: {groups: [g")
                    .append(i)
                    .append("]}, resources: [u")
                    .append(i)
                    .append("__tool_1*]}\n");
        }
        return yaml.append("  - {id: never, effect: forbid, resources: [\"u7__*\"]}\n")
                .toString();
    }

    private static void filter() {
        TestCatalog catalog = new TestCatalog();
        List<String> aliases = new ArrayList<>();
        for (int u = 0; u < UPSTREAMS; u++) {
            aliases.add("u" + u);
            for (int t = 0; t < TOOLS_EACH; t++) {
                catalog.tool("u" + u, "tool_" + t, "");
            }
        }
        View view = new View("v", "/mcp", "r", aliases, new ViewNames.Prefixed(), ViewSelection.ALL, "");
        ViewTables tables = new ViewTables(List.of(view), PayloadLimits.STANDARD);
        tables.update(catalog.snapshot(1));
        Policy policy = ((PolicyParse.Parsed) PolicyParser.parse(
                        List.of(new PolicySource("p", policy().getBytes(StandardCharsets.UTF_8))), KnownNames.none()))
                .policy();
        Subject alice = new Subject("corp", "alice", null, Set.of("support", "readers"), Set.of(), Map.of());
        var threads = ManagementFactory.getThreadMXBean();
        int seen = 0;
        long begun = 0;
        for (int i = 0; i < WARM + MEASURED; i++) {
            if (i == WARM) {
                begun = threads.getCurrentThreadCpuTime();
            }
            seen += ListPath.visible(FeatureList.TOOLS, tables.of(view), policy, alice, Instant.now())
                    .size();
        }
        System.out.printf(
                "filter: %.1f us CPU, %d tools seen%n",
                (threads.getCurrentThreadCpuTime() - begun) / 1e3 / MEASURED, seen / (WARM + MEASURED));
    }

    private static void request() throws Exception {
        TestGateway.Builder builder = TestGateway.in(Files.createTempDirectory("list"))
                .limits("{list_tools: 1000}")
                .policy(policy());
        for (int u = 0; u < UPSTREAMS; u++) {
            FakeMcpServer server = FakeMcpServer.start(Speaks.MODERN);
            for (int t = 0; t < TOOLS_EACH; t++) {
                server.tool("tool_" + t, "{\"name\":\"tool_" + t + "\"," + SCHEMA + "}", ToolScript.text("done"));
            }
            builder.upstream("u" + u, server);
        }
        try (TestGateway gateway = builder.start();
                WireClient client = gateway.connect()) {
            TestAgent agent = gateway.agent();
            WireRequest listing = agent.listing();
            long[] nanos = new long[MEASURED];
            long cpu = 0;
            var process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            WireAnswer answer = client.exchange(listing);
            for (int i = 0; i < WARM + MEASURED; i++) {
                if (i == WARM) {
                    cpu = process.getProcessCpuTime();
                }
                long begun = System.nanoTime();
                answer = client.exchange(listing);
                if (i >= WARM) {
                    nanos[i - WARM] = System.nanoTime() - begun;
                }
            }
            cpu = process.getProcessCpuTime() - cpu;
            Arrays.sort(nanos);
            System.out.printf(
                    "request: min %.0f us, p50 %.0f us, p99 %.0f us, %.0f us CPU of gateway and client together, %d tools, %d bytes%n",
                    nanos[0] / 1e3,
                    nanos[MEASURED / 2] / 1e3,
                    nanos[MEASURED * 99 / 100] / 1e3,
                    cpu / 1e3 / MEASURED,
                    answer.json().at("/result/tools").size(),
                    answer.body().length);
        }
    }
}
