package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.testing.ToolTurn;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many users at the same moment with the same JSON-RPC id over one connection to a server: nobody hears of another. */
class SameIdTest {
    private static final int USERS = 8;
    private static final int ROUNDS = 20;

    @TempDir
    static Path folder;

    private static FakeMcpServer modern;
    private static FakeMcpServer legacy;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        modern = FakeMcpServer.start(Speaks.MODERN).tool("echo", SameIdTest::echo);
        legacy = FakeMcpServer.start(Speaks.LEGACY).tool("echo", SameIdTest::echo);
        String command = FakeStdioServer.command("modern").stream()
                .map(part -> "\"" + part + "\"")
                .collect(Collectors.joining(", "));
        gateway = TestGateway.in(folder)
                .upstream("modern", modern)
                .upstream("legacy", legacy)
                .upstream("process", "{transport: stdio, command: [" + command + "], credential: none}")
                .limits("{calls_per_minute: 100000}")
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[modern__*, legacy__*, process__*]"))
                .start();
    }

    private static void echo(ToolTurn turn) throws Exception {
        turn.result(ToolScript.textResult(turn.request().text().replaceAll("(?s).*\"who\":\"([^\"]*)\".*", "$1")));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        modern.close();
        legacy.close();
    }

    @ParameterizedTest
    @CsvSource({"modern, 1", "modern, '\"1\"'", "modern, 0", "legacy, 1", "legacy, 0", "process, 1", "process, 0"})
    void nobodyGetsWhatIsAnothers(String server, String id) throws Exception {
        CyclicBarrier together = new CyclicBarrier(USERS);
        List<Future<Void>> users = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < USERS; i++) {
                String user = "user-" + i;
                users.add(threads.submit(() -> {
                    talk(server, id, user, together);
                    return null;
                }));
            }
            for (Future<Void> each : users) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void talk(String server, String id, String user, CyclicBarrier together) throws Exception {
        TestAgent agent = gateway.agent(user);
        try (WireClient client = gateway.connect()) {
            for (int round = 0; round < ROUNDS; round++) {
                String mark = user + "-" + round;
                WireRequest request = agent.calling(server + "__echo", "{\"who\":\"" + mark + "\"}");
                WireRequest withId = request.body(
                        new String(request.body(), StandardCharsets.UTF_8).replace("\"id\":1,", "\"id\":" + id + ","));
                together.await(30, TimeUnit.SECONDS);

                WireAnswer answer = client.exchange(withId);

                assertThat(answer.text()).contains(mark).contains("\"id\":" + id);
            }
        }
    }
}
