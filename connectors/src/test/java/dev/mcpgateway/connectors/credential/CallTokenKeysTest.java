package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.credential.CallTokenKeys.Listed;
import dev.mcpgateway.connectors.net.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallTokenKeysTest {
    private static final Set<SigningAlgorithm> ES256 = Set.of(SigningAlgorithm.ES256);

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    private final TimeSource time = new TimeSource(
            now::get, () -> Duration.between(Instant.EPOCH, now.get()).toNanos());
    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("state").resolve("keys.pem");
    }

    private CallTokenKeys open() throws IOException {
        return CallTokenKeys.open(file, ES256, time, new SecureRandom());
    }

    private void pass(Duration span) {
        now.updateAndGet(before -> before.plus(span));
    }

    private List<String> states() throws IOException {
        return CallTokenKeys.list(file, time).stream().map(Listed::state).toList();
    }

    @Test
    void aFirstStartMakesAKeyThatSignsAndOneThatWill() throws Exception {
        CallTokenKeys keys = open();

        assertThat(states()).containsExactly("signing", "next");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(keys.jwks()).contains(keys.signing(SigningAlgorithm.ES256).keyId());
        assertThat(keys.jwks()).doesNotContain("\"d\"", "PRIVATE");
    }

    @Test
    void eachAlgorithmHasTwoKeysAndThoseOfOthersStay() throws Exception {
        var _ = CallTokenKeys.open(file, EnumSet.allOf(SigningAlgorithm.class), time, new SecureRandom());

        assertThat(states()).containsExactly("signing", "next", "signing", "next");
        assertThat(open().jwks()).contains("Ed25519");
    }

    @Test
    void aRotationWaitsUntilTheNextKeyHasBeenPublicForAnHour() throws Exception {
        CallTokenKeys keys = open();
        String first = keys.signing(SigningAlgorithm.ES256).keyId();
        pass(Duration.ofMinutes(10));

        Instant due = CallTokenKeys.rotate(file, time).stream()
                .filter(key -> key.state().equals("next"))
                .findFirst()
                .orElseThrow()
                .from();

        assertThat(due).isEqualTo(now.get().plus(Duration.ofMinutes(50)));
        pass(Duration.ofMinutes(49));
        assertThat(keys.signing(SigningAlgorithm.ES256).keyId()).isEqualTo(first);
        pass(Duration.ofMinutes(2));
        assertThat(keys.signing(SigningAlgorithm.ES256).keyId()).isNotEqualTo(first);
        assertThat(keys.jwks()).contains(first);
        assertThat(states()).containsExactly("retired", "signing", "next");
        pass(Duration.ofMinutes(61));
        assertThat(keys.jwks()).doesNotContain(first);
    }

    @Test
    void aRotationLaterIsAtOnce() throws Exception {
        CallTokenKeys keys = open();
        String first = keys.signing(SigningAlgorithm.ES256).keyId();
        pass(Duration.ofHours(2));

        CallTokenKeys.rotate(file, time);
        pass(Duration.ofSeconds(2));

        assertThat(keys.signing(SigningAlgorithm.ES256).keyId()).isNotEqualTo(first);
        assertThat(states()).containsExactly("retired", "signing", "next");
    }

    @Test
    void compromisedKeysAreGoneAtOnce() throws Exception {
        CallTokenKeys keys = open();
        String first = keys.signing(SigningAlgorithm.ES256).keyId();

        CallTokenKeys.replace(file, time);
        pass(Duration.ofSeconds(2));

        assertThat(keys.signing(SigningAlgorithm.ES256).keyId()).isNotEqualTo(first);
        assertThat(keys.jwks()).doesNotContain(first);
        assertThat(states()).containsExactly("signing", "next");
    }

    @Test
    void aGatewayThatWasDownForMonthsSignsWithTheKeyThatWasNext() throws Exception {
        var _ = open();
        pass(Duration.ofDays(200));

        assertThat(open().signing(SigningAlgorithm.ES256).keyId()).isNotEmpty();
        assertThat(states()).containsExactly("signing", "next");
    }

    @Test
    void whatIsDamagedIsRefusedAndNotOverwritten() throws Exception {
        var _ = open();
        String good = Files.readString(file);
        List<String> damaged = new ArrayList<>(List.of(
                "",
                "{}",
                good.substring(0, good.length() / 2),
                good.replace("key ES256", "key RS256"),
                good.replaceFirst("2026-", "2O26-"),
                good + "more\n"));
        String[] keys = good.split("(?=key ES256)", -1);
        String privateOfFirst =
                keys[1].substring(keys[1].indexOf("-----BEGIN PRIVATE"), keys[1].indexOf("-----BEGIN PUBLIC"));
        String privateOfSecond =
                keys[2].substring(keys[2].indexOf("-----BEGIN PRIVATE"), keys[2].indexOf("-----BEGIN PUBLIC"));
        damaged.add(good.replace(privateOfFirst, privateOfSecond));

        for (String each : damaged) {
            Files.writeString(file, each);

            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("damaged");
            assertThat(Files.readString(file)).isEqualTo(each);
        }
        Files.writeString(file, good);
        assertThat(open().jwks()).isNotEmpty();
    }

    @Test
    void aFileOpenToEveryoneIsRefused() throws Exception {
        var _ = open();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(this::open).hasMessageContaining("chmod 600");
    }

    @Test
    void aRunningGatewayKeepsItsKeysWhenTheFileBreaks() throws Exception {
        CallTokenKeys keys = open();
        String first = keys.signing(SigningAlgorithm.ES256).keyId();

        Files.writeString(file, "broken");
        pass(Duration.ofSeconds(2));

        assertThat(keys.signing(SigningAlgorithm.ES256).keyId()).isEqualTo(first);
    }

    @Test
    void startsAtTheSameMomentMakeOneSetOfKeys() throws Exception {
        List<Future<CallTokenKeys>> started = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                started.add(threads.submit(this::open));
            }
        }

        List<String> sets = new ArrayList<>();
        for (Future<CallTokenKeys> each : started) {
            sets.add(each.get().jwks());
        }
        assertThat(sets).hasSize(8).containsOnly(sets.getFirst());
    }
}
