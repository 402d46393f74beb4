package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.wire.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may wait for a slow reader. */
class InboxTest {
    private final Bench bench = new Bench();
    private final Inbox<String> inbox = new Inbox<>();

    @AfterEach
    void close() {
        bench.close();
    }

    private static Envelope message(int bytes) {
        String around = "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{\"x\":\"\"}}";
        return Bench.message(around.replace("\"\"", "\"" + "y".repeat(bytes - around.length()) + "\""));
    }

    @Test
    void longMessagesFillItBeforeTheyAreTooMany() throws InterruptedException {
        Envelope mebibyte = message(1 << 20);
        for (int i = 0; i < 4; i++) {
            assertThat(inbox.offer(mebibyte)).isTrue();
        }

        assertThat(inbox.offer(message(100))).isFalse();

        assertThat(inbox.next(Deadline.NEVER, bench.time())).isPresent();
        assertThat(inbox.offer(mebibyte)).as("room again").isTrue();
        assertThat(inbox.offer(message(100))).isFalse();
    }

    @Test
    void shortMessagesFillItByTheirNumber() {
        for (int i = 0; i < Inbox.MESSAGES_MAX; i++) {
            assertThat(inbox.offer(message(60))).isTrue();
        }

        assertThat(inbox.offer(message(60))).isFalse();
        assertThat(inbox.end("over")).as("there is always room for the outcome").isTrue();
    }

    @Test
    void requestsThatFollowEachOtherCloselyAreTakenTogetherUpToANumber() throws InterruptedException {
        Envelope request = Bench.message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"roots/list\"}");
        for (int i = 0; i < 2 * Questions.ANSWERED_MAX; i++) {
            assertThat(inbox.offer(request)).isTrue();
        }

        assertThat(inbox.together(request)).hasSize(Questions.ANSWERED_MAX);
        assertThat(inbox.together(request)).as("what was left").hasSize(Questions.ANSWERED_MAX);
    }

    @Test
    void whatIsNoRequestStaysForTheNextLook() throws InterruptedException {
        Envelope request = Bench.message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"roots/list\"}");
        assertThat(inbox.offer(message(100))).isTrue();

        assertThat(inbox.together(request)).containsExactly(request);
        assertThat(inbox.next(Deadline.NEVER, bench.time())).isPresent();
    }

    @Test
    void theOutcomeInterruptsWhoeverAsksAndNobodyAfterwards() throws InterruptedException {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch forEver = new CountDownLatch(1);
        Thread server = Thread.startVirtualThread(() -> {
            Await.until("somebody asks", () -> asking.getCount() == 0);
            assertThat(inbox.end("over")).isTrue();
        });
        List<String> heard = new ArrayList<>();

        inbox.whileOpen(() -> {
            asking.countDown();
            try {
                forEver.await();
            } catch (InterruptedException over) {
                Thread.currentThread().interrupt();
                heard.add("over");
            }
        });

        assertThat(heard).containsExactly("over");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        server.join();
    }

    @Test
    void anotherInterruptOutlastsTheQuestion() {
        inbox.whileOpen(() -> Thread.currentThread().interrupt());

        assertThat(Thread.interrupted()).isTrue();
    }
}
