package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.ViewNames;
import dev.mcpgateway.gateway.config.ViewSelection;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.identity.TestCaller;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final Duration IDLE = Duration.ofMinutes(5);

    /** Begins where a monotonic clock may begin, and ends below zero on the way. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - IDLE.toNanos() / 2);

    private final List<Session> expired = new ArrayList<>();
    private final Sessions sessions =
            new Sessions(4, 2, IDLE, now::get, new SecureRandom(), each -> {}, expired::add, each -> {});

    private static final View VIEW = view("default", "/mcp");
    private static final View OTHER = view("other", "/mcp/other");
    private static final ClientCapabilities NOTHING = ClientCapabilities.NONE;

    private static Caller caller(String name) {
        return TestCaller.of(name, "desk");
    }

    private Session open(String name) {
        return sessions.open(caller(name), VIEW, Revision.NEWEST_LEGACY, NOTHING);
    }

    private Reason refusal(Callable<Session> action) {
        try {
            action.call();
        } catch (Refused refused) {
            return refused.why().reason();
        } catch (Exception other) {
            throw new AssertionError(other);
        }
        throw new AssertionError("not refused");
    }

    private static View view(String name, String path) {
        return new View(
                name, path, "http://127.0.0.1" + path, List.of("crm"), new ViewNames.Prefixed(), ViewSelection.ALL, "");
    }

    @Test
    void aSessionIsFoundUntilTheVeryMomentOfItsEnd() {
        Session session = open("alice");

        now.addAndGet(IDLE.toNanos());
        assertThat(sessions.find(session.id(), caller("alice"), VIEW)).isSameAs(session);
        now.addAndGet(IDLE.toNanos() + 1);

        assertThat(refusal(() -> sessions.find(session.id(), caller("alice"), VIEW)))
                .isEqualTo(Reason.UNKNOWN_SESSION);
    }

    @Test
    void anIdleSessionMakesRoomForItsCaller() {
        open("alice");
        open("alice");
        assertThat(refusal(() -> open("alice"))).isEqualTo(Reason.TOO_MANY_SESSIONS);

        now.addAndGet(IDLE.toNanos() + 1);

        assertThat(open("alice")).isNotNull();
        assertThat(sessions.size()).isEqualTo(1);
        assertThat(expired).as("told once each").hasSize(2);
    }

    @Test
    void aRefusedSessionTakesNoPlace() {
        open("alice");
        Session second = open("alice");
        for (int i = 0; i < 10; i++) {
            assertThat(refusal(() -> open("alice"))).isEqualTo(Reason.TOO_MANY_SESSIONS);
        }

        sessions.end(second);
        sessions.end(second);

        assertThat(open("alice")).isNotNull();
        assertThat(refusal(() -> open("alice")))
                .as("an end that came twice freed one place")
                .isEqualTo(Reason.TOO_MANY_SESSIONS);
        assertThat(sessions.size()).isEqualTo(2);
    }

    @Test
    void oneClientOfAUserIsNotTheOther() {
        Session session = open("alice");
        Caller otherClient = TestCaller.of("alice", "other");

        assertThat(refusal(() -> sessions.find(session.id(), otherClient, VIEW)))
                .isEqualTo(Reason.UNKNOWN_SESSION);
        assertThat(refusal(() -> sessions.find(null, caller("alice"), VIEW))).isEqualTo(Reason.NO_SESSION);
    }

    @Test
    void aSessionOfOneViewIsUnknownInTheOther() {
        Session session = open("alice");

        assertThat(refusal(() -> sessions.find(session.id(), caller("alice"), OTHER)))
                .isEqualTo(Reason.UNKNOWN_SESSION);
    }

    @Test
    void aSessionInWhichACallRunsIsNotIdle() {
        Session session = open("alice");

        session.running("7", () -> {
            now.addAndGet(IDLE.toNanos() + 1);
            sessions.endIdle();
            return "";
        });

        assertThat(sessions.size()).isEqualTo(1);
        sessions.endIdle();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void nothingRunsInASessionThatHasEnded() {
        Session session = open("alice");
        sessions.end(session);

        assertThatThrownBy(() -> session.running("7", () -> "ran")).isInstanceOf(Refused.class);
    }

    @Test
    void theCapOfAllHoldsWhenManyOpenAtOnce() throws Exception {
        Sessions few = new Sessions(10, 5, IDLE, now::get, new SecureRandom(), each -> {}, each -> {}, each -> {});
        for (int round = 0; round < 50; round++) {
            List<Callable<List<Session>>> opening = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String name = "caller-" + i;
                opening.add(() -> {
                    try {
                        return List.of(few.open(caller(name), VIEW, Revision.NEWEST_LEGACY, NOTHING));
                    } catch (Refused tooMany) {
                        return List.of();
                    }
                });
            }
            List<Session> opened = new ArrayList<>();
            try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
                for (Future<List<Session>> each : pool.invokeAll(opening)) {
                    opened.addAll(each.get());
                }
            }

            assertThat(opened).as("round %d", round).hasSize(10);
            opened.forEach(few::end);
        }
    }

    @Test
    void theCapHoldsWhenManyOpenAtOnce() throws Exception {
        Sessions few = new Sessions(1000, 10, IDLE, now::get, new SecureRandom(), each -> {}, each -> {}, each -> {});
        List<Callable<Boolean>> opening = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            opening.add(() -> {
                try {
                    few.open(caller("alice"), VIEW, Revision.NEWEST_LEGACY, NOTHING);
                    return true;
                } catch (Refused tooMany) {
                    return false;
                }
            });
        }
        int opened = 0;
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Boolean> each : pool.invokeAll(opening)) {
                opened += each.get() ? 1 : 0;
            }
        }

        assertThat(opened).isEqualTo(10);
        assertThat(few.size()).isEqualTo(10);
    }

    @Test
    void theEndInterruptsWhatRuns() throws Exception {
        Session session = open("alice");
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread call = Thread.ofVirtual()
                .start(() -> session.running("7", () -> {
                    runs.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException expected) {
                        interrupted.countDown();
                    }
                    return "";
                }));
        assertThat(runs.await(20, TimeUnit.SECONDS)).isTrue();

        session.cancel("8");
        assertThat(interrupted.getCount()).isEqualTo(1);
        sessions.end(session);

        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(call.join(Duration.ofSeconds(20))).isTrue();
    }

    @Test
    void anInterruptThatCameTooLateIsSwallowed() {
        Session session = open("alice");

        session.running("7", () -> {
            Thread.currentThread().interrupt();
            return "";
        });

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        session.cancel("7");
        assertThat(Thread.currentThread().isInterrupted()).as("it runs no more").isFalse();
    }

    @Test
    void whatACallThrowsComesOutOfIt() {
        Session session = open("alice");

        assertThatThrownBy(() -> session.running("7", () -> {
                    throw new IllegalStateException("thrown");
                }))
                .hasMessage("thrown");
        session.end();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
}
