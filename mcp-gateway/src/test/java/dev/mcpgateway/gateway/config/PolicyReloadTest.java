package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The policy changes while the gateway serves: as a whole, recorded, or not at all. */
class PolicyReloadTest {
    private static final String ONE = policy("[crm__one]");
    private static final String BOTH = policy("[crm__one, crm__two]");

    @TempDir
    Path folder;

    private FakeMcpServer crm;
    private TestGateway gateway;
    private TestAgent agent;

    private static String policy(String tools) {
        return """
                version: 1
                rules:
                  - {id: support, effect: permit, principals: {issuer: corp, groups: [support]}, resources: %s}
                """.formatted(tools);
    }

    @BeforeEach
    void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("one", ToolScript.text("1"))
                .tool("two", ToolScript.text("2"));
        gateway = TestGateway.in(folder).upstream("crm", crm).policy(ONE).start();
        agent = gateway.agent();
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("policy.yaml"), text);
    }

    private boolean maySee(String tool) {
        return agent.call(tool, "{}").errorCode() == 0;
    }

    private List<AuditRecord> records(String event) {
        return gateway.records().stream()
                .filter(record -> record.text("ev").equals(event))
                .toList();
    }

    @Test
    void aGoodChangeIsInForceWithoutARestartAndRecorded() throws Exception {
        assertThat(maySee("crm__two")).isFalse();

        write(BOTH);
        Await.until("the change is in force", () -> maySee("crm__two"));

        assertThat(agent.list().text()).contains("crm__one", "crm__two");
        List<AuditRecord> changes = records("policy.changed");
        assertThat(changes).hasSize(2);
        assertThat(changes.getLast().text("detail.old_sha256"))
                .isEqualTo(changes.getFirst().text("detail.new_sha256"))
                .hasSize(64);
        write(ONE);
        Await.until("the withdrawal is in force", () -> !maySee("crm__two"));
    }

    @Test
    void aBadChangeLeavesTheLastGoodPolicyAndSaysSo() throws Exception {
        String hash = gateway.admin("/version").at("/policy");

        for (String bad : List.of("version: 1\nrules: [", "version: 1\nrulez: []\n", BOTH.replace("corp", "nobody"))) {
            int before = records("policy.rejected").size();
            write(bad);
            Await.until(
                    "the rejection is recorded",
                    () -> records("policy.rejected").size() > before);

            assertThat(maySee("crm__one")).isTrue();
            assertThat(maySee("crm__two")).isFalse();
        }
        WireAnswer version = gateway.admin("/version");
        assertThat(version.at("/policy")).isEqualTo(hash);
        assertThat(version.at("/policy_problem")).contains("not in force", "policy.yaml", "nobody");
        assertThat(records("policy.changed")).hasSize(1);

        write(BOTH);
        Await.until("a good change mends it", () -> maySee("crm__two"));
        Await.until(
                "nothing is wrong any more",
                () -> gateway.admin("/version").at("/policy_problem").isEmpty());
    }

    @Test
    void aChangeDuringTheStartIsInForceAfterIt() throws Exception {
        gateway.close();
        gateway = TestGateway.in(folder.resolve("slow"))
                .upstream("crm", crm)
                .policy(BOTH)
                .build();
        gateway.rewritePolicy(ONE);
        gateway.gateway().start();
        agent = gateway.agent();

        Await.until("the change is recorded", () -> records("policy.changed").size() == 2);
        Await.until("the withdrawal is in force", () -> !maySee("crm__two"));

        assertThat(maySee("crm__one")).isTrue();
    }

    @Test
    void aBadChangeDuringTheStartIsToldAndLeavesTheGoodPolicy() throws Exception {
        gateway.close();
        gateway = TestGateway.in(folder.resolve("slow"))
                .upstream("crm", crm)
                .policy(ONE)
                .build();
        gateway.rewritePolicy(BOTH.replace("corp", "nobody"));
        gateway.gateway().start();
        agent = gateway.agent();

        Await.until(
                "the rejection is recorded", () -> !records("policy.rejected").isEmpty());

        assertThat(maySee("crm__one")).isTrue();
        assertThat(maySee("crm__two")).isFalse();
        assertThat(gateway.admin("/version").at("/policy_problem")).contains("not in force", "nobody");
        assertThat(records("policy.changed")).hasSize(1);
    }

    @Test
    void aPolicyThatIsGoneLeavesTheLastGoodOne() throws Exception {
        Files.delete(folder.resolve("policy.yaml"));

        Await.until(
                "the loss is noticed",
                () -> gateway.admin("/version").at("/policy_problem").contains("cannot be read"));
        assertThat(maySee("crm__one")).isTrue();
        assertThat(maySee("crm__two")).isFalse();
    }

    @Test
    void anEmptiedPolicyDeniesAll() throws Exception {
        write("version: 1\n");

        Await.until("nobody may call anything", () -> !maySee("crm__one"));
        assertThat(gateway.notReady()).anyMatch(reason -> reason.contains("no rule allows anything"));
    }

    @Test
    void aFileThatIsBeingWrittenIsNotTakenHalf() throws Exception {
        String whole = BOTH + "  - {id: never, effect: forbid, resources: [crm__two]}\n";
        AtomicLong longestPause = new AtomicLong();
        Thread writer = Thread.ofPlatform().start(() -> slowly(whole, longestPause));

        boolean sawHalf = false;
        while (writer.isAlive()) {
            sawHalf |= maySee("crm__two");
        }
        Await.until(
                "the whole file is in force", () -> records("policy.changed").size() == 2);

        // a writer that pauses for longer than a look cannot be told from one that is done
        assumeTrue(longestPause.get() < 300_000_000L, "this machine is too busy for a file that is written steadily");
        assertThat(sawHalf)
                .as("the part of the file that permits was in force without the part that forbids")
                .isFalse();
        assertThat(maySee("crm__two")).isFalse();
        assertThat(records("policy.rejected")).isEmpty();
    }

    private void slowly(String whole, AtomicLong longestPause) {
        long written = System.nanoTime();
        for (int length = 1; length <= whole.length(); length++) {
            try {
                write(whole.substring(0, length));
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
            longestPause.accumulateAndGet(System.nanoTime() - written, Math::max);
            written = System.nanoTime();
            LockSupport.parkNanos(8_000_000L);
        }
    }

    @Test
    void aLinkThatIsTurnedIsSeen() throws Exception {
        Path other = Files.writeString(folder.resolve("both.yaml"), BOTH);
        Path link = Files.createSymbolicLink(folder.resolve("link"), other);

        Files.move(
                link,
                folder.resolve("policy.yaml"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);

        Await.until("what the link leads to is in force", () -> maySee("crm__two"));
    }

    @Test
    void underLoadEachCallIsDecidedByOnePolicy() throws Exception {
        Set<String> hashes = new HashSet<>();
        AtomicBoolean done = new AtomicBoolean();
        List<Callable<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(() -> {
                int calls = 0;
                try (WireClient client = gateway.connect()) {
                    while (!done.get()) {
                        WireAnswer answer =
                                client.exchange(gateway.agent("load").calling("crm__two", "{}"));
                        assertThat(answer.firstText().equals("2")
                                        || answer.errorCode() == -32602
                                        || answer.status() == 429)
                                .as(answer.toString())
                                .isTrue();
                        calls++;
                    }
                }
                return calls;
            });
        }
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> running = callers.stream().map(pool::submit).toList();
            for (int round = 0; round < 2; round++) {
                write(BOTH);
                Await.until("both are allowed", () -> maySee("crm__two"));
                write(ONE);
                Await.until("one is allowed", () -> !maySee("crm__two"));
            }
            done.set(true);
            for (Future<Integer> each : running) {
                assertThat(each.get()).isPositive();
            }
        }
        for (AuditRecord changed : records("policy.changed")) {
            hashes.add(changed.text("detail.new_sha256"));
        }

        assertThat(hashes).hasSize(2);
        String both = records("policy.changed").get(1).text("detail.new_sha256");
        assertThat(records("tool.call.intent"))
                .isNotEmpty()
                .allSatisfy(intent -> assertThat(intent.text("policy.sha256")).isEqualTo(both));
        assertThat(records("tool.call.denied"))
                .filteredOn(denied -> denied.text("detail.reason").equals("tool_hidden"))
                .isNotEmpty()
                .allSatisfy(denied ->
                        assertThat(denied.text("policy.sha256")).isIn(hashes).isNotEqualTo(both));
    }
}
