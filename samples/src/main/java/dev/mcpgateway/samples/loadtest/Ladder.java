package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The rungs: gateway configurations, each with one control more than the one before. No control can be switched off in
 * the gateway; a rung below it gives the control nothing to do: one caller for all, one rule, a schema that accepts
 * everything, screening off, an audit volume in memory.
 */
final class Ladder {
    private static final int RULES = 1_000;

    private final Path folder;
    private final Path memory;
    private final int plainUpstream;
    private final int schemaUpstream;
    private final String otlpUrl;

    /**
     * One rung.
     *
     * @param schema whether the upstream's tool has a real schema
     * @param durableAudit whether the audit log lies on a disk
     */
    record Rung(
            String name,
            String what,
            boolean token,
            boolean rules,
            boolean schema,
            boolean screen,
            boolean durableAudit,
            boolean strict,
            int spansPercent,
            String httpClient) {}

    static final List<Rung> RUNGS = List.of(
            new Rung(
                    "pass-through",
                    "no control has anything to do",
                    false,
                    false,
                    false,
                    false,
                    false,
                    false,
                    -1,
                    "lean"),
            new Rung(
                    "+token", "ES256 token, verified-token cache", true, false, false, false, false, false, -1, "lean"),
            new Rung("+policy", "1,000 rules", true, true, false, false, false, false, -1, "lean"),
            new Rung("+arguments", "input schema", true, true, true, false, false, false, -1, "lean"),
            new Rung("+screen", "all patterns, enforced", true, true, true, true, false, false, -1, "lean"),
            new Rung("+audit intent", "intent durable on disk", true, true, true, true, true, false, -1, "lean"),
            new Rung("+audit strict", "intent and outcome durable", true, true, true, true, true, true, -1, "lean"),
            new Rung("everything", "metrics, 10 % of spans over OTLP", true, true, true, true, true, true, 10, "lean"),
            new Rung("all spans", "everything, 100 % of spans", true, true, true, true, true, true, 100, "lean"),
            new Rung("HC5", "everything, general HTTP client", true, true, true, true, true, true, 10, "standard"));

    Ladder(Path folder, Path memory, int plainUpstream, int schemaUpstream, String otlpUrl) {
        this.folder = folder;
        this.memory = memory;
        this.plainUpstream = plainUpstream;
        this.schemaUpstream = schemaUpstream;
        this.otlpUrl = otlpUrl;
    }

    /** Writes the rung's configuration; gives its file. */
    Path configure(Rung rung, int port, int adminPort, Path jwks, String audience) throws IOException {
        Path home = Files.createDirectories(folder.resolve("rung-" + port));
        Path audit = rung.durableAudit() ? home.resolve("audit") : memory.resolve("audit-" + port);
        Files.writeString(home.resolve("policy.yaml"), policy(rung));
        return Files.writeString(home.resolve("gateway.yaml"), """
                version: 1
                listen: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                %s
                upstreams:
                  load:
                    transport: streamable_http
                    url: "http://127.0.0.1:%d/mcp"
                    http_client: %s
                    era: modern
                    concurrent_calls: 2000
                    credential: {static: {header: Authorization, prefix: "Bearer ", secret: {file: upstream.secret}}}
                policy: {files: [policy.yaml]}
                limits: {calls_per_minute: 2000000000}
                audit: {dir: "%s", origin: audit.loadtest.example/gw}
                telemetry: {%s}
                """.formatted(
                        port,
                        adminPort,
                        rung.token() ? issuer(jwks, audience) : "anonymous: {subject: load}",
                        rung.schema() ? schemaUpstream : plainUpstream,
                        rung.httpClient(),
                        audit,
                        rung.spansPercent() < 0
                                ? "otlp_url: null"
                                : "otlp_url: \"" + otlpUrl + "\", sample_percent: " + rung.spansPercent()));
    }

    /** Everything on, in front of a stdio upstream. */
    Path configureStdio(int port, int adminPort, Path jwks, String audience, List<String> command) throws IOException {
        Path home = Files.createDirectories(folder.resolve("rung-" + port));
        Rung everything = RUNGS.stream()
                .filter(rung -> rung.name().equals("everything"))
                .findFirst()
                .orElseThrow();
        Files.writeString(home.resolve("policy.yaml"), policy(everything));
        return Files.writeString(home.resolve("gateway.yaml"), """
                version: 1
                listen: {host: 127.0.0.1, port: %d}
                admin: {host: 127.0.0.1, port: %d}
                %s
                upstreams:
                  load: {transport: stdio, command: ["%s"], era: legacy, concurrent_calls: 2000, credential: none}
                policy: {files: [policy.yaml]}
                limits: {calls_per_minute: 2000000000}
                audit: {dir: "%s", origin: audit.loadtest.example/gw}
                telemetry: {otlp_url: "%s", sample_percent: 10}
                """.formatted(
                        port,
                        adminPort,
                        issuer(jwks, audience),
                        String.join("\", \"", command),
                        home.resolve("audit"),
                        otlpUrl));
    }

    private static String issuer(Path jwks, String audience) {
        return "issuers: {load: {issuer: \"https://id.loadtest.example\", audience: \"" + audience
                + "\", jwks: {file: \"" + jwks + "\"}}}";
    }

    private static String policy(Rung rung) {
        StringBuilder text = new StringBuilder("version: 1\nrules:\n");
        String issuer = rung.token() ? "load" : "anonymous";
        if (rung.rules()) {
            for (int i = 0; i < RULES - 1; i++) {
                text.append("  - {id: other-").append(i);
                text.append(", effect: permit, principals: {issuer: load, groups: [group-")
                        .append(i % 50);
                text.append("]}, resources: [");
                text.append(i % 10 == 0 ? "load__lookup" : "load__other_" + i).append("]}\n");
            }
            text.append("  - {id: load, effect: permit, principals: {issuer: load, groups: [loaders]}, resources:");
            text.append(" [load__lookup], requires_scope: [\"load:read\"]}\n");
        } else {
            text.append("  - {id: all, effect: permit, principals: {issuer: ").append(issuer);
            text.append("}, resources: [\"load__*\"], ack_broad: true}\n");
        }
        if (!rung.strict()) {
            text.append("tools:\n  - {names: [\"load__*\"], read_only: true}\n");
        }
        String mode = rung.screen() ? "{mode: enforce, action: block}" : "{mode: \"off\", action: flag}";
        text.append("screening:\n  - {tools: [\"*\"], injection: ").append(mode);
        text.append(", hidden: ").append(mode).append("}\n");
        return text.toString();
    }
}
