package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One caller has so many calls of models at once, and each place is free again however its call ends. */
class ModelPlacesTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[]}";
    private static final String STREAM = "{\"model\":\"gpt\",\"stream\":true,\"messages\":[]}";
    private static final String ONE = "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}";

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;
    private ModelAgent alice;

    @BeforeEach
    void serve() throws Exception {
        openai = FakeModelServer.start();
        anthropic = FakeModelServer.start();
        gateway = ModelGateways.in(folder, openai, anthropic)
                .limits("{model_calls_per_caller: 1, auth_failures_per_minute: 0}")
                .start();
        alice = ModelAgent.of(gateway);
    }

    @AfterEach
    void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
    }

    private void whole() {
        openai.on("/chat/completions", turn -> turn.whole("{\"choices\":[]}"));
    }

    private void freeAgain(String after) {
        whole();
        Await.until("a place is free after " + after, () -> alice.chat(CHAT).status() == 200);
    }

    @Test
    void aStreamTakesItsPlaceUntilItsEnd() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            turn.begin().data(ONE);
            end.await();
            turn.data("[DONE]").end();
        });

        try (WireClient streaming = alice.begin(alice.post("/v1/chat/completions", STREAM))) {
            streaming.readHead();
            assertThat(streaming.readEvent()).isEqualTo(ONE);
            WireAnswer refused = alice.chat(CHAT);

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Retry-After")).contains("1");
            assertThat(refused.json().at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
            assertThat(gateway.records().getLast().text("detail.stage"))
                    .as("before anything is screened")
                    .isEqualTo("ADMIT");
            whole();
            assertThat(ModelAgent.of(gateway, "bob").chat(CHAT).status())
                    .as("somebody else's places are their own")
                    .isEqualTo(200);
            end.countDown();
            assertThat(streaming.readEventsToEnd()).containsExactly("[DONE]");
        }
        freeAgain("a stream");
    }

    @Test
    void anAgentThatLeavesAtAnyStageLeavesItsPlace() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            asked.countDown();
            turn.connection().awaitPeerClose();
        });
        WireClient waiting = alice.begin(alice.post("/v1/chat/completions", CHAT));
        asked.await();
        waiting.close();
        freeAgain("a wait for an answer");

        openai.on("/chat/completions", turn -> {
            turn.begin().data(ONE);
            turn.connection().awaitPeerClose();
        });
        WireClient streaming = alice.begin(alice.post("/v1/chat/completions", STREAM));
        streaming.readHead();
        streaming.close();
        freeAgain("a part of a stream");
    }

    @Test
    void refusedAndFailedCallsLeaveTheirPlaces() {
        for (int i = 0; i < 3; i++) {
            openai.on("/chat/completions", turn -> turn.connection().answer(400, "application/json", "{\"error\":{}}"));
            assertThat(alice.chat(CHAT).status()).isEqualTo(400);
            openai.on("/chat/completions", turn -> turn.cut());
            assertThat(alice.chat(CHAT).status()).isEqualTo(502);
            assertThat(alice.chat(CHAT.replace("gpt", "secret")).status()).isEqualTo(404);
            assertThat(alice.chat(CHAT.replace("[]", "[],\"background\":true")).status())
                    .isEqualTo(400);
        }
        freeAgain("failures");
    }
}
