package dev.mcpgateway.gateway.endtoend;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.gateway.Gateway;
import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.identity.TestIssuer;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A gateway as an operator runs it, from a configuration file in a temporary folder, on free ports. Its callers have
 * tokens of a {@link TestIssuer}; its clocks can be moved.
 *
 * <pre>{@code
 * try (var gateway = TestGateway.in(folder).upstream("crm", server).policy(TestGateway.ALLOW_CRM).start()) {
 *   WireAnswer answer = gateway.agent().call("crm__echo", "{}");
 *   … gateway.newRecords(2) …
 * }
 * }</pre>
 */
public final class TestGateway implements AutoCloseable {
    /** Members of {@code support}, such as the callers that {@link #agent} makes, may call every tool of {@code crm}. */
    public static final String ALLOW_CRM = """
            version: 1
            rules:
              - id: support-may-call
                effect: permit
                principals: {issuer: corp, groups: [support]}
                actions: [tools/call]
                resources: [crm__*]
                ack_broad: true
            """;

    /** The token of the operator that {@link Builder#operator} makes. */
    public static final String OPERATOR_TOKEN = "operators-secret";

    private final Gateway gateway;
    private final TestIssuer issuer;
    private final TestClock clock;
    private final Path folder;
    private long seen = -1;

    private TestGateway(Gateway gateway, TestIssuer issuer, TestClock clock, Path folder) {
        this.gateway = gateway;
        this.issuer = issuer;
        this.clock = clock;
        this.folder = folder;
    }

    /** A gateway whose files stand in this folder. */
    public static Builder in(Path folder) {
        return new Builder(folder);
    }

    /** What differs from the plain configuration. */
    public static final class Builder {
        private final Path folder;
        private final Map<String, String> sections = new LinkedHashMap<>();
        private final Map<String, String> upstreams = new LinkedHashMap<>();
        private final TestIssuer issuer = new TestIssuer();
        private final TestClock clock = new TestClock();
        private String policy = ALLOW_CRM;
        private RandomGenerator secureRandom = new SecureRandom();

        private Builder(Path folder) {
            this.folder = folder;
            section("version", "1");
            section("listen", "{host: 127.0.0.1, port: 0}");
            section("admin", "{host: 127.0.0.1, port: 0}");
            section("issuers", "{corp: {issuer: \"" + TestIssuer.ISSUER + "\", jwks: {file: jwks.json}}}");
            section("policy", "{files: [policy.yaml]}");
            section("audit", "{dir: audit, origin: audit.test/gw, signing_key: {file: keys/signing.pem}}");
        }

        /** A top-level key of {@code gateway.yaml} and its value as flow or indented block; replaces the plain one. */
        public Builder section(String key, String yaml) {
            sections.put(key, yaml);
            return this;
        }

        /** A further key of {@code models}, on a line of its own. */
        public Builder models(String yaml) {
            return section("models", sections.get("models") + "  " + yaml + "\n");
        }

        /** The value of {@code models} with something else in the place of a part of it. */
        public Builder models(String part, String instead) {
            return section("models", sections.get("models").replace(part, instead));
        }

        /** The configuration without that top-level key. */
        public Builder without(String key) {
            sections.remove(key);
            return this;
        }

        /** An operators' port with the token of an operator, for {@link TestGateway#operate}. */
        public Builder operator() throws IOException {
            Files.createDirectories(folder);
            Path token = folder.resolve("ops.token");
            Files.deleteIfExists(token);
            Files.createFile(token, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(token, OPERATOR_TOKEN + "\n");
            return section(
                    "admin",
                    "{host: 127.0.0.1, port: 0, tokens: [{name: ops, secret: {file: ops.token}, roles: [operator]}]}");
        }

        /** Another source of what nobody may guess. */
        public Builder random(RandomGenerator random) {
            secureRandom = random;
            return this;
        }

        /** The value of {@code limits}. */
        public Builder limits(String yaml) {
            return section("limits", yaml);
        }

        /** An upstream over Streamable HTTP without a credential. */
        public Builder upstream(String alias, FakeMcpServer server) {
            return upstream(alias, server, "credential: none");
        }

        /** An upstream over Streamable HTTP with more keys, comma-separated. */
        public Builder upstream(String alias, FakeMcpServer server, String more) {
            return upstream(alias, http(server.url(), more));
        }

        /** An upstream and the value of its entry. */
        public Builder upstream(String alias, String yaml) {
            upstreams.put(alias, yaml);
            return this;
        }

        /** The text of {@code policy.yaml}. */
        public Builder policy(String yaml) {
            policy = yaml;
            return this;
        }

        /** Who issues the tokens. */
        public TestIssuer issuer() {
            return issuer;
        }

        /** Writes the files; gives {@code gateway.yaml}. */
        public Path write() throws IOException {
            Files.createDirectories(folder);
            issuer.writeTo(folder.resolve("jwks.json"));
            Files.writeString(folder.resolve("policy.yaml"), policy);
            StringBuilder yaml = new StringBuilder();
            sections.forEach(
                    (key, value) -> yaml.append(key).append(": ").append(value).append('\n'));
            if (!upstreams.isEmpty()) {
                yaml.append("upstreams:\n");
            }
            upstreams.forEach((alias, value) ->
                    yaml.append("  ").append(alias).append(": ").append(value).append('\n'));
            return Files.writeString(folder.resolve("gateway.yaml"), yaml);
        }

        /** The gateway, not yet started. */
        public TestGateway build() throws Exception {
            return switch (ConfigFile.read(write())) {
                case Loaded.Good(var config) ->
                    new TestGateway(
                            new Gateway(
                                    config,
                                    new Wiring(
                                            clock,
                                            clock::nanos,
                                            secureRandom,
                                            () -> ThreadLocalRandom.current().nextLong(),
                                            "0.0.test")),
                            issuer,
                            clock,
                            folder);
                case Loaded.Bad(List<Problem> problems) ->
                    throw new AssertionError("the test's configuration has problems: " + problems);
            };
        }

        /** The gateway, serving. */
        public TestGateway start() throws Exception {
            TestGateway built = build();
            try {
                built.gateway.start();
            } catch (Exception failed) {
                built.close();
                throw failed;
            }
            return built;
        }
    }

    /** The entry of an upstream over Streamable HTTP on loopback. */
    public static String http(URI url, String more) {
        return "{transport: streamable_http, url: \"" + url + "\", allow_networks: [127.0.0.0/8], " + more + "}";
    }

    /** The gateway itself. */
    public Gateway gateway() {
        return gateway;
    }

    /** Who issues its callers' tokens. */
    public TestIssuer issuer() {
        return issuer;
    }

    /** Its clocks. */
    public TestClock clock() {
        return clock;
    }

    /** The folder of its files. */
    public Path folder() {
        return folder;
    }

    /** URL of the first view. */
    public URI url() {
        return URI.create(gateway.urls().getFirst());
    }

    /** The agents' port. */
    public int port() {
        return url().getPort();
    }

    /** The operators' port. */
    public int adminPort() {
        return URI.create(gateway.adminUrl()).getPort();
    }

    /** A good token for the first view, of alice in the groups {@code support} and {@code readers}. */
    public String token() {
        return token(claims -> {});
    }

    /** A token that differs in some claims from a good one. */
    public String token(Consumer<Map<String, Object>> change) {
        return issuer.token(clock.instant(), claims -> {
            claims.put("aud", url().toString());
            change.accept(claims);
        });
    }

    /** Alice, speaking 2026-07-28. */
    public TestAgent agent() {
        return new TestAgent(this, token());
    }

    /** Somebody else. */
    public TestAgent agent(String subject) {
        return new TestAgent(this, token(claims -> claims.put("sub", subject)));
    }

    /** A caller with other claims. */
    public TestAgent agent(Consumer<Map<String, Object>> change) {
        return new TestAgent(this, token(change));
    }

    /** Alice at another view than the first, with other claims and a token for it. */
    public TestAgent agentAt(String path, Consumer<Map<String, Object>> change) {
        return agent(claims -> {
                    claims.put("aud", url().resolve(path).toString());
                    change.accept(claims);
                })
                .at(path);
    }

    /** Sends a request over a connection of its own and gives the answer. */
    public WireAnswer send(WireRequest request) {
        return send(request.bytes());
    }

    /** Sends bytes over a connection of its own and gives the first answer. */
    public WireAnswer send(byte[] request) {
        try (WireClient client = connect()) {
            client.send(request);
            return client.read();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A connection to the agents' port. */
    public WireClient connect() throws IOException {
        return WireClient.to(port());
    }

    /** Asks the operators' port. */
    public WireAnswer admin(String target) {
        return admin(WireRequest.of("GET", target).plus("Host", "127.0.0.1:" + adminPort()));
    }

    /** Asks the operators' port. */
    public WireAnswer admin(WireRequest request) {
        try (WireClient client = WireClient.to(adminPort())) {
            return client.exchange(request);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Asks the operators' port with the operator's token. */
    public WireAnswer operate(String method, String target, String body) {
        return admin(WireRequest.of(method, target)
                .plus("Host", "127.0.0.1:" + adminPort())
                .plus("Authorization", "Bearer " + OPERATOR_TOKEN)
                .plus("Content-Type", "application/json")
                .body(body));
    }

    /** Writes another policy; it comes into force some looks later. */
    public void rewritePolicy(String yaml) throws IOException {
        Files.writeString(folder.resolve("policy.yaml"), yaml);
    }

    /** All records of the audit log, oldest first. */
    public List<AuditRecord> records() {
        List<AuditRecord> records = new ArrayList<>();
        try {
            AuditReader.Result result = new AuditReader(gateway.auditDirectory()).read(AuditQuery.ALL, records::add);
            if (!result.damaged().isEmpty()) {
                throw new AssertionError("damaged: " + result.damaged());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return records;
    }

    /** Records about requests: neither about the log nor about the policy. */
    private static boolean isAboutRequests(AuditRecord found) {
        String event = found.text("ev");
        return !event.startsWith("log.") && !event.startsWith("policy.");
    }

    /** Looks past everything that was recorded so far, also past what answers did not wait for. */
    public void skipRecords() {
        Await.until("nothing waits to be written", () -> gateway.auditMetrics().queuedRecords() == 0);
        seen = records().getLast().seq();
    }

    /** The records about requests that came since the last look, once at least so many are there. */
    public List<AuditRecord> newRecords(int atLeast) {
        List<AuditRecord> found = new ArrayList<>();
        Await.until(atLeast + " new audit records, found " + found, () -> {
            found.clear();
            records().stream()
                    .filter(each -> each.seq() > seen && isAboutRequests(each))
                    .forEach(found::add);
            return found.size() >= atLeast;
        });
        found.forEach(each -> seen = Math.max(seen, each.seq()));
        return found;
    }

    /** The same, each in the words of {@link #summary}. */
    public List<String> newSummaries(int atLeast) {
        return newRecords(atLeast).stream().map(TestGateway::summary).toList();
    }

    /** Event, what it is about and how it ended: {@code tool.call.denied LOCATE tool_hidden crm__secret}. */
    public static String summary(AuditRecord found) {
        String server = found.text("tool.server");
        String tool = server.isEmpty() ? found.text("tool.name") : server + "__" + found.text("tool.name");
        return String.join(
                        " ",
                        found.text("ev"),
                        found.text("detail.stage"),
                        found.text("detail.reason"),
                        found.text("outcome.status"),
                        found.text("outcome.error"),
                        tool)
                .replaceAll(" +", " ")
                .strip();
    }

    /**
     * Brings the audit log down as a second writer would: its lock is gone, so it takes no record any more. Returns when
     * the gateway has noticed.
     */
    public void breakAuditLog() throws IOException {
        Files.delete(gateway.auditDirectory().resolve("LOCK"));
        TestAgent poking = agent("poker");
        Await.until("the audit log is down", () -> {
            poking.send(poking.request("tools/poke", ""));
            return gateway.notReady().stream().anyMatch(reason -> reason.startsWith("audit: "));
        });
    }

    /** What keeps the gateway from being ready. */
    public List<String> notReady() {
        return gateway.notReady();
    }

    @Override
    public void close() {
        gateway.close();
        issuer.close();
    }
}
