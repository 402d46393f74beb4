package dev.mcpgateway.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.gateway.keys.VirtualKey.Holder;
import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant END = NOW.plus(Duration.ofDays(90));

    @TempDir
    Path folder;

    private final Random random = new Random(5);

    private KeyFile file() {
        return new KeyFile(folder);
    }

    private VirtualKey key(KeyText text, Instant expires) {
        return new VirtualKey(
                text.id(),
                "nightly",
                new Holder("robot", "nightly-job", Set.of("readers", "b"), Set.of("x", "y")),
                Set.of("default"),
                Set.of(),
                text.sha256(),
                NOW,
                "root",
                expires,
                null);
    }

    @Test
    void aKeyOfATenantStaysOneAndIsSucceededByOne() throws IOException {
        KeyText text = KeyText.make(random);
        VirtualKey plain = key(text, END);
        Holder acmes = new Holder("robot", "nightly-job", Set.of(), Set.of(), "acme");
        file().add(
                        new VirtualKey(
                                plain.id(),
                                "n",
                                acmes,
                                plain.views(),
                                Set.of("10.0.0.0/8", "2001:db8::/32"),
                                plain.sha256(),
                                NOW,
                                "root",
                                END,
                                null),
                        NOW);

        VirtualKey next = file().rotate(
                        plain.id(), KeyText.make(random), NOW, "root", Duration.ofHours(1), END, Set.of())
                .orElseThrow();

        assertThat(file().read().get(plain.id()).holder()).isEqualTo(acmes);
        assertThat(file().read().get(next.id()).holder().tenant()).isEqualTo("acme");
        assertThat(next.sources()).containsExactlyInAnyOrder("10.0.0.0/8", "2001:db8::/32");
        VirtualKey moved = file().rotate(
                        next.id(), KeyText.make(random), NOW, "root", Duration.ofHours(1), END, Set.of("192.0.2.7"))
                .orElseThrow();
        assertThat(file().read().get(moved.id()).sources()).containsExactly("192.0.2.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1/8", "10.0.0.0/33", "localhost", "", "2001:db8::/129", "010.0.0.1"})
    void aSourceThatIsNoNetworkIsNoneOfAKey(String source) throws IOException {
        VirtualKey key = key(KeyText.make(random), END);
        file().add(key, NOW);

        assertThatThrownBy(() ->
                        file().rotate(key.id(), KeyText.make(random), NOW, "root", Duration.ZERO, END, Set.of(source)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("source " + source);
        assertThat(file().read().get(key.id()).isGood(NOW)).isTrue();
    }

    @Test
    void whatIsKeptOfAKeyIsNotTheKey() throws IOException {
        KeyText text = KeyText.make(random);
        VirtualKey key = key(text, END);

        file().add(key, NOW);

        assertThat(file().read().values()).containsExactly(key);
        String secret = text.expose().substring(17, 60);
        assertThat(Files.readString(folder.resolve("keys.json")))
                .contains(text.id())
                .doesNotContain(secret);
    }

    @Test
    void aRevokedKeyStaysInTheListForAWhile() throws IOException {
        KeyText text = KeyText.make(random);
        file().add(key(text, END), NOW);

        assertThat(file().revoke(text.id(), NOW)).isPresent();
        assertThat(file().revoke("nobody", NOW)).isEmpty();

        VirtualKey revoked = file().read().get(text.id());
        assertThat(revoked.isGood(NOW)).isFalse();
        assertThat(revoked.state(NOW)).isEqualTo("revoked");
        assertThat(file().revoke(text.id(), NOW.plusSeconds(9)).orElseThrow().revoked())
                .as("the first time counts")
                .isEqualTo(NOW);
        file().add(key(KeyText.make(random), END.plus(Duration.ofDays(400))), NOW.plus(Duration.ofDays(91)));
        assertThat(file().read()).doesNotContainKey(text.id()).hasSize(1);
    }

    @Test
    void aRotatedKeyGoesOnForTheOverlapAndNotLonger() throws IOException {
        KeyText old = KeyText.make(random);
        file().add(key(old, END), NOW);
        KeyText next = KeyText.make(random);

        VirtualKey made = file().rotate(old.id(), next, NOW, "me", Duration.ofHours(24), END, Set.of())
                .orElseThrow();

        assertThat(made.holder()).isEqualTo(key(old, END).holder());
        assertThat(made.sha256()).isEqualTo(next.sha256());
        assertThat(file().read().get(old.id()).expires()).isEqualTo(NOW.plus(Duration.ofHours(24)));
        assertThat(file().rotate(old.id(), KeyText.make(random), NOW, "me", Duration.ofDays(400), END, Set.of()))
                .isPresent();
        assertThat(file().read().get(old.id()).expires())
                .as("a rotation never prolongs the old key")
                .isEqualTo(NOW.plus(Duration.ofHours(24)));
    }

    @Test
    void anEndedKeyIsNotRotated() throws IOException {
        KeyText revoked = KeyText.make(random);
        KeyText expired = KeyText.make(random);
        file().add(key(revoked, END), NOW);
        file().add(key(expired, NOW.plusSeconds(1)), NOW);
        file().revoke(revoked.id(), NOW);

        for (KeyText each : new KeyText[] {revoked, expired, KeyText.make(random)}) {
            assertThat(file().rotate(
                                    each.id(),
                                    KeyText.make(random),
                                    NOW.plusSeconds(2),
                                    "me",
                                    Duration.ofHours(1),
                                    END,
                                    Set.of()))
                    .isEmpty();
        }
        assertThat(file().read()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"keys\":[{}]}",
                "{\"keys\":[{\"id\":\"a\",\"name\":\"n\",\"subject\":\"\",\"client_id\":\"c\",\"groups\":[],\"scopes\":[],\"views\":[\"v\"],"
                        + "\"sha256\":\"00\",\"created\":\"2026-01-01T00:00:00Z\",\"created_by\":\"r\",\"expires\":\"2026-01-01T00:00:00Z\"}]}"
            })
    void whatTheGatewayDidNotWriteIsDamage(String content) throws IOException {
        new StateFile(folder.resolve("keys.json")).write(content.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> file().read()).isInstanceOf(StateDamaged.class);
        assertThatThrownBy(() -> file().add(key(KeyText.make(random), END), NOW))
                .as("and is not written over")
                .isInstanceOf(StateDamaged.class);
    }
}
