package dev.mcpgateway.connectors.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whose time it is: silence is the provider's while its next event is waited for, and nobody's while an agent is slow. */
class ProviderStreamTest {
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final Duration TOTAL = Duration.ofMinutes(30);
    private static final String FIRST = "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}";
    private static final String SECOND = "{\"choices\":[{\"delta\":{\"content\":\"b\"}}]}";

    private final AtomicLong aheadNanos = new AtomicLong();
    private final AtomicLong looks = new AtomicLong();
    private final TimeSource time = new TimeSource(InstantSource.system(), () -> System.nanoTime() + aheadNanos.get());
    private final DeadlineSweeper sweeper = new DeadlineSweeper(time);
    private final CountDownLatch more = new CountDownLatch(1);
    private FakeModelServer server;

    @BeforeEach
    void start() {
        server = FakeModelServer.start();
        sweeper.watch(_ -> looks.incrementAndGet());
    }

    @AfterEach
    void stop() {
        more.countDown();
        sweeper.close();
        server.close();
        assertThat(server.failures()).isEmpty();
    }

    /** So much time passes, and whoever keeps deadlines has seen it. */
    private void pass(Duration time) {
        aheadNanos.addAndGet(time.toNanos());
        long before = looks.get();
        Await.until("the deadlines were looked at", () -> looks.get() > before + 2);
    }

    /**
     * What comes behind the first event.
     *
     * @param first is done before it is asked for
     * @param beforeWaiting is done before it is waited for
     */
    private ModelStream.Step second(HttpSettings.Client client, Runnable first, Runnable beforeWaiting)
            throws Exception {
        ModelCall call = new ModelCall(
                ModelRequest.read(
                        ModelApi.CHAT_COMPLETIONS,
                        StrictJson.parse(
                                "{\"model\":\"m\",\"stream\":true}".getBytes(StandardCharsets.UTF_8),
                                JsonLimits.forRequests(1 << 20, 64))),
                "m",
                Map.of());
        try (HttpModelProvider provider = new HttpModelProvider(settings(client), sweeper)) {
            ModelReply reply = provider.send(call);
            assertThat(reply).isInstanceOf(ModelReply.Streaming.class);
            try (ModelStream stream = ((ModelReply.Streaming) reply).stream()) {
                assertThat(stream.first().data()).asString().isEqualTo(FIRST);
                stream.beforeWaiting(beforeWaiting);
                first.run();
                return stream.next();
            }
        }
    }

    private ProviderSettings settings(HttpSettings.Client client) {
        return new ProviderSettings(
                "p",
                ProviderKind.OPENAI_COMPATIBLE,
                server.url(),
                "",
                new UpstreamCredential.None(),
                HttpSettings.of(HttpOrigin.of(server.url()), client),
                List.<AddressRange>of(),
                IDLE,
                IDLE,
                TOTAL,
                false,
                Set.of(),
                1 << 20,
                1 << 22,
                64);
    }

    @ParameterizedTest
    @EnumSource(HttpSettings.Client.class)
    void whatAReaderDoesBeforeItWaitsIsNoSilenceOfTheProvider(HttpSettings.Client client) throws Exception {
        server.on("/chat/completions", turn -> {
            turn.begin().data(FIRST);
            more.await();
            turn.data(SECOND).data("[DONE]").end();
        });

        ModelStream.Step step = second(client, () -> {}, () -> {
            pass(IDLE.multipliedBy(3));
            more.countDown();
        });

        assertThat(step)
                .isInstanceOfSatisfying(
                        ModelStream.Step.Next.class,
                        next -> assertThat(next.event().data()).asString().isEqualTo(SECOND));
    }

    @ParameterizedTest
    @EnumSource(HttpSettings.Client.class)
    void whatAReaderDoesWithAnEventIsNoSilenceEither(HttpSettings.Client client) throws Exception {
        server.on("/chat/completions", turn -> {
            turn.begin().data(FIRST);
            more.await();
            turn.data(SECOND).data("[DONE]").end();
        });

        ModelStream.Step step = second(client, () -> pass(IDLE.multipliedBy(3)), more::countDown);

        assertThat(step).isInstanceOf(ModelStream.Step.Next.class);
    }

    @ParameterizedTest
    @EnumSource(HttpSettings.Client.class)
    void theWholeTimeGoesOnMeanwhile(HttpSettings.Client client) throws Exception {
        server.on("/chat/completions", turn -> {
            turn.begin().data(FIRST);
            turn.connection().awaitPeerClose();
        });

        ModelStream.Step step = second(client, () -> {}, () -> pass(TOTAL));

        assertThat(step)
                .isInstanceOfSatisfying(
                        ModelStream.Step.Broken.class,
                        broken -> assertThat(broken.failure().cause()).isEqualTo(Cause.OUT_OF_TIME));
    }

    /** Each byte is waited for anew, and all of them are one silence. */
    @ParameterizedTest
    @EnumSource(HttpSettings.Client.class)
    void aDripOfOneEventIsSilence(HttpSettings.Client client) throws Exception {
        Semaphore waits = new Semaphore(0);
        server.on("/chat/completions", turn -> {
            turn.begin().data(FIRST);
            for (String part : List.of("d", "a", "t", "a: " + SECOND + "\n\n")) {
                waits.acquire();
                pass(IDLE.dividedBy(2));
                turn.raw(part);
            }
        });

        ModelStream.Step step = second(client, () -> {}, waits::release);

        assertThat(step)
                .isInstanceOfSatisfying(
                        ModelStream.Step.Broken.class,
                        broken -> assertThat(broken.failure().cause()).isEqualTo(Cause.TIMED_OUT));
    }
}
