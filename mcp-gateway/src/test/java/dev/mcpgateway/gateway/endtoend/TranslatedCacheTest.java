package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are kept of models which do not get the request as it came: translated, or without a part of it. */
class TranslatedCacheTest {
    private static final String WHOLE_PATH = "/models/gem-3:generateContent";
    private static final String STREAM_PATH = "/models/gem-3:streamGenerateContent?alt=sse";
    private static final String ASKS = "{\"model\":\"gem\",\"max_tokens\":50,\"temperature\":0,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String LIMITED = "{\"model\":\"llama\",\"max_completion_tokens\":9,\"temperature\":0,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String WHOLE =
            "{\"model\":\"l\",\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}";
    private static final String BEGINS = "{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}";
    private static final String ENDS = "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}";

    @TempDir
    Path folder;

    private final AtomicInteger asked = new AtomicInteger();
    private FakeModelServer provider;
    private TestGateway gateway;
    private ModelAgent alice;

    @BeforeEach
    void start() throws Exception {
        provider = FakeModelServer.start();
        gateway = ModelGateways.ofAllKinds(folder, provider, "")
                .models("cache: {exact: {aliases: {gem: {tools: true}, llama: {}}, wait_ms: 300000}}")
                .start();
        alice = ModelAgent.of(gateway);
    }

    @AfterEach
    void stop() {
        gateway.close();
        provider.close();
        assertThat(provider.failures()).isEmpty();
    }

    private static String streamed(String request) {
        return request.replaceFirst("\\{", "{\"stream\":true,");
    }

    private static String said(WireAnswer answer) {
        return answer.header("x-gateway-cache").orElse("nothing");
    }

    private static String gemini(String part, String reason) {
        return "{\"responseId\":\"r\",\"modelVersion\":\"gem-3\",\"candidates\":[{\"content\":{\"role\":\"model\","
                + "\"parts\":[" + part + "]},\"finishReason\":\"" + reason + "\"}],"
                + "\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":4}}";
    }

    private WireAnswer asks(String path, boolean streamed) {
        String body = streamed ? streamed(ASKS) : ASKS;
        return alice.ask(path.equals("/v1/messages") ? alice.anthropic(path, body) : alice.post(path, body));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, STOP, false",
        "/v1/chat/completions, MAX_TOKENS, false",
        "/v1/chat/completions, STOP, true",
        "/v1/messages, STOP, false",
        "/v1/messages, MAX_TOKENS, true",
    })
    void whatAModelOfGeminisAnsweredIsKept(String path, String reason, boolean streamed) {
        String answer = gemini("{\"text\":\"hi there\"}", reason);
        provider.on(WHOLE_PATH, turn -> turn.whole(answer))
                .on(STREAM_PATH, turn -> turn.begin().data(answer).end());

        WireAnswer first = asks(path, streamed);
        WireAnswer second = asks(path, streamed);

        assertThat(first.text()).contains("hi there");
        assertThat(said(first)).isEqualTo("miss");
        assertThat(said(second)).isEqualTo("hit");
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(provider.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"text":"x"}                               | SAFETY
            {"text":"x"}                               | OTHER
            {"functionCall":{"name":"f","args":{}}}    | STOP
            """)
    void whatItRefusedOrWantsToBeDoneIsNot(String part, String reason) {
        provider.on(WHOLE_PATH, turn -> turn.whole(gemini(part, reason)));

        assertThat(asks("/v1/chat/completions", false).status()).isEqualTo(200);
        assertThat(said(asks("/v1/chat/completions", false))).isEqualTo("miss");
        assertThat(provider.requests()).hasSize(2);
    }

    @Test
    void geminisOwnProtocolHasNoCache() {
        provider.on(WHOLE_PATH, turn -> turn.whole(gemini("{\"text\":\"x\"}", "STOP")));
        String body = "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"generationConfig\":{\"temperature\":0}}";
        WireRequest request = alice.post("/v1beta/models/gem:generateContent", body);

        assertThat(said(alice.ask(request))).isEqualTo("nothing");
        assertThat(said(alice.ask(request))).isEqualTo("nothing");
        assertThat(provider.requests()).hasSize(2);
    }

    @Test
    void anAnswerOfWhichSomethingWasDroppedIsNotKeptAndAllWhoWaitForItAskAtOnce() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        provider.on("/chat/completions", turn -> {
            (asked.incrementAndGet() == 1 ? first : others).await();
            turn.whole(WHOLE);
        });
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<WireAnswer>> answers = begin(agents, 5, LIMITED);
            first.countDown();

            try {
                Await.until("all others ask", () -> provider.requests().size() == 5);
            } finally {
                others.countDown();
            }
            for (Future<WireAnswer> answer : answers) {
                assertThat(said(answer.get())).isEqualTo("miss");
                assertThat(answer.get().header("x-gateway-dropped")).isPresent();
            }
        }
        assertThat(said(alice.chat(LIMITED))).isEqualTo("miss");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void aStreamOfWhichSomethingWasDroppedIsNotWaitedForToItsEnd(int calls) throws Exception {
        CountDownLatch begins = new CountDownLatch(1);
        CountDownLatch ends = new CountDownLatch(1);
        provider.on("/chat/completions", turn -> {
            if (asked.incrementAndGet() == 1) {
                begins.await();
                turn.begin().data(BEGINS);
                ends.await();
            } else {
                turn.begin().data(BEGINS);
            }
            turn.data(ENDS).data("[DONE]").end();
        });
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<WireAnswer>> answers = begin(agents, calls, streamed(LIMITED));
            begins.countDown();

            try {
                Await.until(
                        "all are answered but the first",
                        () -> answers.stream().filter(Future::isDone).count() == calls - 1);
            } finally {
                ends.countDown();
            }
            for (Future<WireAnswer> answer : answers) {
                assertThat(answer.get().events()).containsExactly(BEGINS, ENDS, "[DONE]");
            }
        }
    }

    /** So many calls, of which one asks and the others wait for it. */
    private List<Future<WireAnswer>> begin(ExecutorService agents, int calls, String body) {
        List<Future<WireAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            answers.add(agents.submit(() -> alice.chat(body)));
        }
        Await.until(
                "all have come so far",
                () -> gateway.admin("/metrics")
                        .text()
                        .lines()
                        .anyMatch(line -> line.equals("gateway_stage_count_total{gateway_stage=\"BUDGET\"} " + calls)));
        return answers;
    }
}
