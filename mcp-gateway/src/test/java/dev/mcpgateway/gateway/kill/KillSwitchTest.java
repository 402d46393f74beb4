package dev.mcpgateway.gateway.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.gateway.endtoend.TestClock;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.identity.TestCaller;
import dev.mcpgateway.gateway.kill.KillTarget.Kind;
import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KillSwitchTest {
    private static final Caller ALICE = TestCaller.of("alice", "desk", "token-1", "key-1");

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final AtomicInteger changes = new AtomicInteger();

    private KillSwitch open() throws IOException {
        return new KillSwitch(
                new StateFile(folder.resolve("kills.json")), clock, new Random(3), changes::incrementAndGet);
    }

    private static KillTarget target(Kind kind, String issuer, String value) {
        return new KillTarget(kind, issuer, value);
    }

    static Stream<KillTarget> thoseOfAlice() {
        return Stream.of(
                target(Kind.SUBJECT, "corp", "alice"),
                target(Kind.USER, "", "alice"),
                target(Kind.TOKEN, "corp", "token-1"),
                target(Kind.CLIENT, "corp", "desk"),
                target(Kind.CLIENT, "", "desk"),
                target(Kind.KEY, "corp", "key-1"),
                target(Kind.KEY, "", "key-1"));
    }

    @ParameterizedTest
    @MethodSource("thoseOfAlice")
    void aStopHoldsForWhomItNamesAndEndsWhenItIsRemoved(KillTarget target) throws IOException {
        KillSwitch kills = open();
        assertThat(kills.stopped(ALICE)).isNull();

        Kill kill = kills.set(target, "incident", "ops", null).orElseThrow();

        assertThat(kills.stopped(ALICE)).isEqualTo(kill);
        assertThat(kills.stopped(TestCaller.of("bob", "other", "token-2", "key-2")))
                .isNull();
        assertThat(open().stopped(ALICE)).as("after a restart").isEqualTo(kill);
        assertThat(kills.remove(kill.id())).contains(kill);
        assertThat(kills.stopped(ALICE)).isNull();
        assertThat(open().stopped(ALICE)).isNull();
        assertThat(changes).hasValue(2);
    }

    static Stream<KillTarget> thoseOfOthers() {
        return Stream.of(
                target(Kind.SUBJECT, "partner", "alice"),
                target(Kind.SUBJECT, "corp", "Alice"),
                target(Kind.USER, "", "desk"),
                target(Kind.TOKEN, "partner", "token-1"),
                target(Kind.TOKEN, "corp", "alice"),
                target(Kind.CLIENT, "partner", "desk"),
                target(Kind.KEY, "partner", "key-1"),
                target(Kind.TOOL, "", "alice__desk"));
    }

    @ParameterizedTest
    @MethodSource("thoseOfOthers")
    void aStopOfSomebodyElseHoldsForNobodyHere(KillTarget target) throws IOException {
        KillSwitch kills = open();

        var _ = kills.set(target, "incident", "ops", null).orElseThrow();

        assertThat(kills.stopped(ALICE)).isNull();
    }

    @Test
    void aToolIsStoppedByNameAndAnUpstreamAsAWhole() throws IOException {
        KillSwitch kills = open();
        kills.set(target(Kind.TOOL, "", "crm__refund"), "incident", "ops", null);
        kills.set(target(Kind.TOOL, "", "files__*"), "incident", "ops", null);

        assertThat(kills.isStopped(FeatureName.tool("crm", "refund"))).isTrue();
        assertThat(kills.isStopped(FeatureName.tool("crm", "refund2"))).isFalse();
        assertThat(kills.isStopped(new FeatureName(FeatureKind.PROMPT, "crm", "refund")))
                .isFalse();
        assertThat(kills.isStopped(FeatureName.tool("files", "read"))).isTrue();
        assertThat(kills.isStopped(new FeatureName(FeatureKind.RESOURCE, "files", "file:///a")))
                .isTrue();
        assertThat(kills.forbids()).hasSize(2);
    }

    @Test
    void aStopEndsByItselfAndThatIsTold() throws IOException {
        KillSwitch kills = open();
        kills.set(
                target(Kind.USER, "", "alice"),
                "incident",
                "ops",
                clock.instant().plus(Duration.ofMinutes(10)));
        kills.set(target(Kind.USER, "", "bob"), "incident", "ops", null);
        kills.look();
        assertThat(changes).hasValue(2);

        clock.advance(Duration.ofMinutes(11));

        assertThat(kills.stopped(ALICE)).isNull();
        assertThat(kills.all()).hasSize(1);
        kills.look();
        kills.look();
        Await.until("it is told", () -> changes.get() == 3);
        assertThat(open().all()).hasSize(1);
    }

    @Test
    void theSameTargetIsStoppedOnceForTheNewestReason() throws IOException {
        KillSwitch kills = open();
        kills.set(target(Kind.USER, "", "alice"), "first", "ops", null);

        kills.set(target(Kind.USER, "", "alice"), "second", "ops", null);

        assertThat(kills.all()).singleElement().extracting(Kill::reason).isEqualTo("second");
    }

    @Test
    void aFullDiskKeepsNobodyFromBeingStopped() throws IOException {
        KillSwitch kills = open();
        Files.createDirectories(folder.resolve("kills.json/in-the-way"));

        kills.set(target(Kind.USER, "", "alice"), "incident", "ops", null);

        assertThat(kills.stopped(ALICE)).isNotNull();
        assertThat(kills.problem()).contains("not saved");
        Kill kill = kills.all().getFirst();
        assertThatThrownBy(() -> kills.remove(kill.id())).isInstanceOf(IOException.class);
        assertThat(kills.stopped(ALICE)).as("what cannot be saved goes on").isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"kills\":{}}",
                "{\"kills\":[{}]}",
                "{\"kills\":[{\"id\":\"k\",\"kind\":\"planet\",\"value\":\"x\",\"since\":\"2026-01-01T00:00:00Z\"}]}",
                "{\"kills\":[{\"id\":\"k\",\"kind\":\"user\",\"value\":\"\",\"since\":\"2026-01-01T00:00:00Z\"}]}",
                "{\"kills\":[{\"id\":\"k\",\"kind\":\"user\",\"value\":\"x\",\"since\":\"yesterday\"}]}",
                "{\"kills\":[{\"id\":\"k\",\"kind\":\"user\",\"value\":\"x\",\"since\":\"2026-01-01T00:00:00Z\",\"until\":\"soon\"}]}"
            })
    void whatCannotBeReadIsNoReasonToStopNobody(String content) throws IOException {
        new StateFile(folder.resolve("kills.json")).write(content.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(this::open).isInstanceOf(StateDamaged.class);
    }

    static Stream<KillTarget> noTargets() {
        return Stream.of(
                target(Kind.USER, "", ""),
                target(Kind.USER, "", "a\nb"),
                target(Kind.USER, "", "a".repeat(513)),
                target(Kind.USER, "corp", "alice"),
                target(Kind.SUBJECT, "", "alice"),
                target(Kind.TOKEN, "", "token-1"),
                target(Kind.TOOL, "corp", "crm__refund"),
                target(Kind.TOOL, "", "*"),
                target(Kind.TOOL, "", "refund"),
                target(Kind.TOOL, "", "crm__re*"),
                target(Kind.TOOL, "", "crm__?"));
    }

    @ParameterizedTest
    @MethodSource("noTargets")
    void whatNamesNothingIsNoTarget(KillTarget target) {
        assertThat(target.problem()).isPresent();
    }
}
