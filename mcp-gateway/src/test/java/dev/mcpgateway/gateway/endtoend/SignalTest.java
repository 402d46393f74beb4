package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is unusual is in the audit log and among the metrics. */
class SignalTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[]}";

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        openai = FakeModelServer.start();
        anthropic = FakeModelServer.start();
        gateway = ModelGateways.in(folder, openai, anthropic)
                // a window that is never open
                .models("signals: {change_windows: [{days: [], from: \"09:00\", to: \"10:00\"}]}")
                .operator()
                .start();
        gateway.skipRecords();
    }

    @AfterEach
    void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
    }

    private List<AuditRecord> signals() {
        return gateway.records().stream()
                .filter(found -> found.text("ev").equals("signal.raised"))
                .toList();
    }

    private AuditRecord signal() {
        Await.until("a signal is recorded", () -> !signals().isEmpty());
        return signals().getFirst();
    }

    @Test
    void aKeyThatIsRefusedThreeTimes() {
        openai.on("/chat/completions", turn -> turn.answer(401, "{\"error\":{}}"));
        ModelAgent alice = ModelAgent.of(gateway);

        alice.chat(CHAT);
        alice.chat(CHAT);
        assertThat(signals()).isEmpty();
        alice.chat(CHAT);

        assertThat(signal().text("detail.signal")).isEqualTo("auth_failures");
        assertThat(signal().text("detail.about")).isEqualTo("acme/secret");
        assertThat(gateway.operate("GET", "/metrics", "").text())
                .contains("gateway_signals_total{gateway_signal=\"auth_failures\"} 1");
    }

    @Test
    void anotherModelThanWasAsked() {
        openai.on("/chat/completions", turn -> turn.answer(200, "{\"model\":\"cheap-1\",\"choices\":[]}"));
        String token = gateway.token(claims -> {
            claims.put("aud", gateway.url().resolve("/v1").toString());
            claims.put("tenant", "acme-corp");
        });

        WireAnswer answer = gateway.send(WireRequest.of("POST", "/v1/chat/completions")
                .plus("Host", "127.0.0.1:" + gateway.port())
                .plus("Authorization", "Bearer " + token)
                .plus("Content-Type", "application/json")
                .body(CHAT));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(signal().text("detail.signal")).isEqualTo("model_mismatch");
        assertThat(signal().text("detail.what")).isEqualTo("asked for acme-large-1, served by cheap-1");
        assertThat(signal().text("tenant")).isEqualTo("acme-corp");
    }

    @Test
    void anOperatorWhoStopsSomebodyAtNight() {
        gateway.operate("POST", "/kill", "{\"kind\":\"user\",\"value\":\"bob\",\"reason\":\"r\"}");

        assertThat(signal().text("detail.signal")).isEqualTo("override_outside_window");
        assertThat(signal().text("detail.what")).isEqualTo("kill.set by ops outside of all change windows");
    }

    @Test
    void aProviderThatReadsAPartOfThePromptAlone() {
        AtomicInteger billed = new AtomicInteger(1_000);
        openai.on(
                "/chat/completions",
                turn -> turn.answer(
                        200,
                        "{\"model\":\"acme-large-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":" + billed.get()
                                + ",\"completion_tokens\":1}}"));
        String chat =
                "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"" + "word ".repeat(800) + "\"}]}";
        // fewer than a minute takes of one agent
        List<ModelAgent> agents = Stream.of("a", "b", "c", "d", "e", "f", "g", "h")
                .map(subject -> ModelAgent.of(gateway, subject))
                .toList();
        for (int i = 0; i < 264; i++) {
            assertThat(agents.get(i % agents.size()).chat(chat).status()).isEqualTo(200);
        }
        assertThat(signals()).isEmpty();
        billed.set(400);

        for (int i = 0; i < 24; i++) {
            assertThat(agents.get(i % agents.size()).chat(chat).status()).isEqualTo(200);
        }

        assertThat(signal().text("detail.signal")).isEqualTo("truncation_rise");
        assertThat(signal().text("detail.about")).isEqualTo("acme/acme-large-1 chat");
        assertThat(signal().text("detail.what")).contains("the last one 400 tokens where about ");
    }
}
