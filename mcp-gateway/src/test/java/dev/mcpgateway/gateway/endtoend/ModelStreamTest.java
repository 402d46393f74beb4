package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of models through a gateway: each event at once, the same bytes, and no end that was none. */
class ModelStreamTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"stream\":true,\"messages\":[]}";
    private static final String MESSAGES = "{\"model\":\"claude\",\"stream\":true,\"max_tokens\":5,\"messages\":[]}";
    private static final String ONE =
            "{\"id\":\"c\",\"model\":\"acme-x\",\"choices\":[{\"delta\":{\"content\":\"h\\u00e9\"}}], \"usage\":null}";
    private static final String TWO = "{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":null}";
    private static final String USAGE = "{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}";
    private static final List<String> MESSAGE_EVENTS = List.of(
            "{\"type\":\"message_start\",\"message\":{\"model\":\"other-y\",\"usage\":{\"input_tokens\":10,"
                    + "\"cache_read_input_tokens\":5,\"output_tokens\":1}}}",
            "{\"type\": \"ping\"}",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}",
            "{\"type\":\"message_stop\"}");

    @TempDir
    static Path folder;

    private static FakeModelServer openai;
    private static FakeModelServer anthropic;
    private static TestGateway gateway;
    private static ModelAgent alice;

    @BeforeAll
    static void start() throws Exception {
        openai = FakeModelServer.start();
        anthropic = FakeModelServer.start();
        gateway = ModelGateways.in(folder, openai, anthropic, "idle_timeout_ms: 60000, total_timeout_ms: 60000,")
                .start();
        alice = ModelAgent.of(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        openai.clearRequests();
        anthropic.clearRequests();
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(openai.failures()).isEmpty();
        assertThat(anthropic.failures()).isEmpty();
    }

    private static AuditRecord outcome() {
        return gateway.newRecords(2).getLast();
    }

    @Test
    void everyEventPassesOnAndTheUsageThatNobodyAskedForStaysHere() {
        openai.on(
                "/chat/completions",
                turn -> turn.begin("x-request-id: req_9")
                        .data(ONE)
                        .data(TWO)
                        .data(USAGE)
                        .data("[DONE]")
                        .end());

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("text/event-stream");
        assertThat(answer.header("x-request-id")).contains("req_9");
        assertThat(answer.header("x-gateway-served-model")).contains("acme-x");
        assertThat(answer.text()).isEqualTo("data: " + ONE + "\n\ndata: " + TWO + "\n\ndata: [DONE]\n\n");
        assertThat(openai.request().text())
                .isEqualTo("{\"stream_options\":{\"include_usage\":true},\"model\":\"acme-large-1\",\"stream\":true,"
                        + "\"messages\":[]}");
        assertThat(openai.request().header("accept")).contains("text/event-stream");
        AuditRecord outcome = outcome();
        assertThat(outcome.text("outcome.status")).isEqualTo("ok");
        assertThat(outcome.text("model.finish")).isEqualTo("length");
        assertThat(outcome.json()).contains("\"stream\":true", "\"input\":9,", "\"output\":4,");
    }

    @Test
    void whoAsksForTheUsageGetsIt() {
        openai.on(
                "/chat/completions",
                turn -> turn.begin().data(ONE).data(USAGE).data("[DONE]").end());
        String body = "{\"model\":\"gpt\",\"stream\":true,\"stream_options\":{\"include_usage\":true, \"x\":1}}";

        assertThat(alice.chat(body).text()).contains(USAGE);
        assertThat(openai.request().text()).isEqualTo(body.replace("\"gpt\"", "\"acme-large-1\""));
    }

    @Test
    void aMessageStreamKeepsItsTypesAndItsUsageIsPutTogether() {
        anthropic.on("/messages", turn -> {
            turn.begin();
            for (String event : MESSAGE_EVENTS) {
                turn.event(type(event), event);
            }
            turn.end();
        });

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", MESSAGES));

        StringBuilder expected = new StringBuilder();
        MESSAGE_EVENTS.forEach(event -> expected.append("event: ")
                .append(type(event))
                .append("\ndata: ")
                .append(event)
                .append("\n\n"));
        assertThat(answer.text()).isEqualTo(expected.toString());
        assertThat(anthropic.request().text()).isEqualTo(MESSAGES.replace("\"claude\"", "\"other-sonnet-9\""));
        AuditRecord outcome = outcome();
        assertThat(outcome.text("model.served")).isEqualTo("other-y");
        assertThat(outcome.text("model.finish")).isEqualTo("end_turn");
        assertThat(outcome.json()).contains("\"input\":15,\"cache_read\":5,", "\"output\":7,");
    }

    private static String type(String event) {
        return event.replaceFirst("^\\{\"type\": ?\"([a-z_]+)\".*", "$1");
    }

    @Test
    void aResponsesStreamEndsWithItsCompletion() {
        openai.on(
                "/responses",
                turn -> turn.begin()
                        .event(
                                "response.created",
                                "{\"type\":\"response.created\",\"response\":{\"model\":\"acme-r\"}}")
                        .event(
                                "response.output_text.delta",
                                "{\"type\":\"response.output_text.delta\",\"delta\":\"x\"}")
                        .event(
                                "response.completed",
                                "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"usage\":"
                                        + "{\"input_tokens\":2,\"output_tokens\":3}}}")
                        .end());

        WireAnswer answer =
                alice.ask(alice.post("/v1/responses", "{\"model\":\"gpt\",\"stream\":true,\"input\":\"x\"}"));

        assertThat(answer.text()).contains("event: response.completed\ndata: {\"type\":\"response.completed\"");
        assertThat(outcome().json()).contains("\"finish\":\"completed\"", "\"input\":2,", "\"output\":3,");
    }

    @Test
    void anEventIsTheAgentsBeforeTheNextOneIsThere() throws Exception {
        CountDownLatch more = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            turn.begin().raw(": a comment\r\n\r\ndata: " + ONE.substring(0, 20));
            turn.raw(ONE.substring(20) + "\r\n\r\n");
            more.await();
            turn.data("[DONE]").end();
        });

        try (WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT))) {
            client.readHead();
            assertThat(client.readEvent()).isEqualTo(ONE);
            more.countDown();
            assertThat(client.readEventsToEnd()).containsExactly("[DONE]");
        }
    }

    @Test
    void eventsThatCameTogetherGoTogether() throws Exception {
        openai.on("/chat/completions", turn -> {
            String burst = ("data: " + ONE + "\n\n").repeat(60) + "data: [DONE]\n\n";
            turn.begin().raw(burst).end();
        });

        try (WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT))) {
            client.readHead();
            List<String> chunks = client.readChunksToEnd();
            assertThat(String.join("", chunks)).isEqualTo(("data: " + ONE + "\n\n").repeat(60) + "data: [DONE]\n\n");
            // one for each read from the provider, not for each event
            assertThat(chunks).hasSizeLessThan(20);
        }
    }

    @Test
    void nothingIsSentToTheAgentBeforeTheFirstEvent() {
        openai.on("/chat/completions", turn -> {
            turn.begin();
            turn.cut();
        });

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("provider_unavailable");
        assertThat(outcome().text("outcome.status")).isEqualTo("unreachable");
    }

    @Test
    void anErrorInThePlaceOfTheFirstEventIsNoStream() {
        openai.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data("{\"error\":{\"message\":\"overloaded\"}}")
                        .end());

        assertThat(alice.chat(CHAT).status()).isEqualTo(502);
        assertThat(outcome().text("outcome.error")).isEqualTo("provider_failed");
    }

    /** A way to break off after an event. */
    private interface Break {
        void off(ModelTurn turn) throws IOException;
    }

    private static Break kind(String name) {
        return switch (name) {
            case "cut" -> ModelTurn::cut;
            case "ended without its last event" -> ModelTurn::end;
            default -> turn -> turn.data("no json").end();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "ended without its last event", "no json"})
    void aChatThatBreaksOffEndsInAnErrorAndWithoutDone(String how) {
        openai.on("/chat/completions", turn -> {
            turn.begin().data(ONE);
            kind(how).off(turn);
        });

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.events()).hasSize(2).doesNotContain("[DONE]");
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("provider_error");
        assertThat(outcome().text("outcome.status")).isIn("unreachable", "malformed");
    }

    @Test
    void aMessageThatBreaksOffEndsInAnErrorEvent() {
        anthropic.on("/messages", turn -> {
            turn.begin().event("message_start", MESSAGE_EVENTS.getFirst());
            turn.cut();
        });

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", MESSAGES));

        assertThat(answer.text())
                .contains("event: error\ndata: {\"type\":\"error\"")
                .doesNotContain("message_stop");
        AuditRecord outcome = outcome();
        assertThat(outcome.text("outcome.error")).isEqualTo("stream_broken");
        assertThat(outcome.json()).as("what was said is charged").contains("\"input\":15,");
    }

    @Test
    void aResponseThatBreaksOffEndsInAFailedOne() {
        openai.on("/responses", turn -> {
            turn.begin()
                    .event("response.created", "{\"type\":\"response.created\",\"sequence_number\":0}")
                    .event("response.in_progress", "{\"type\":\"response.in_progress\",\"sequence_number\":1}");
            turn.cut();
        });

        assertThat(alice.ask(alice.post("/v1/responses", "{\"model\":\"gpt\",\"stream\":true}"))
                        .text())
                .contains("event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":2,");
    }

    @Test
    void aProvidersErrorInAStreamPassesOnWithoutTheKey() {
        openai.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data(ONE)
                        .data("{\"error\":{\"message\":\"" + ModelGateways.OPENAI_KEY + " is tired\"}}")
                        .end());

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.events()).containsExactly(ONE, "{\"error\":{\"message\":\"*** is tired\"}}");
        assertThat(outcome().text("outcome.status")).isEqualTo("protocol_error");
    }

    @Test
    void anAgentThatLeavesEndsTheRequestAtTheProvider() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            turn.begin().data(ONE);
            turn.connection().awaitPeerClose();
            left.countDown();
        });

        try (WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT))) {
            client.readHead();
            client.readEvent();
        }

        Await.until("the provider's connection is closed", () -> left.getCount() == 0);
        assertThat(outcome().text("outcome.status")).isEqualTo("cancelled");
    }

    @Test
    void anAgentThatLeavesBeforeTheFirstEventEndsItToo() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            asked.countDown();
            turn.connection().awaitPeerClose();
            left.countDown();
        });

        try (WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT))) {
            asked.await();
            client.reset();
        }

        Await.until("the provider's connection is closed", () -> left.getCount() == 0);
        assertThat(outcome().text("outcome.status")).isEqualTo("cancelled");
    }

    @Test
    void aProviderThatDoesNotBeginOrGoesSilentIsGivenUp(@TempDir Path other) throws Exception {
        openai.on("/chat/completions", turn -> {
            if (openai.requests().size() == 1) {
                turn.begin().raw(": nothing to say\n\n");
            } else {
                turn.begin().data(ONE);
            }
            turn.connection().awaitPeerClose();
        });
        try (TestGateway impatient = ModelGateways.in(
                        other, openai, anthropic, "first_event_timeout_ms: 3000, idle_timeout_ms: 300,")
                .start()) {
            ModelAgent agent = ModelAgent.of(impatient);
            impatient.skipRecords();

            WireAnswer unbegun = agent.chat(CHAT);
            WireAnswer silent = agent.chat(CHAT);

            assertThat(unbegun.status()).isEqualTo(504);
            assertThat(unbegun.json().at("/error/code").asString()).isEqualTo("timeout");
            assertThat(silent.status()).isEqualTo(200);
            assertThat(silent.events()).hasSize(2);
            assertThat(silent.json().at("/error/code").asString()).isEqualTo("timeout");
            assertThat(impatient.newRecords(4))
                    .filteredOn(found -> found.text("ev").endsWith("outcome"))
                    .allSatisfy(
                            found -> assertThat(found.text("outcome.status")).isEqualTo("timeout"));
        }
    }

    @Test
    void aStreamThatNobodyAskedForIsNone() {
        openai.on(
                "/chat/completions",
                turn -> turn.begin().data(ONE).data("[DONE]").end());

        assertThat(alice.chat("{\"model\":\"gpt\"}").status()).isEqualTo(502);
    }
}
