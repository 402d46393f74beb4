package dev.mcpgateway.gateway.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SecretVariable;
import dev.mcpgateway.gateway.state.StateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretAgesTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    Path folder;

    private final Map<String, String> values = new LinkedHashMap<>(Map.of("A", "s3cret-value"));
    private Instant now = START;

    private SecretAges open() {
        Map<String, SecretSource> sources = new LinkedHashMap<>();
        sources.put("upstreams.crm.credential", new SecretVariable("A", values::get));
        sources.put("admin.tokens.ops", new SecretVariable("B", values::get));
        return new SecretAges(sources, new StateFile(folder.resolve("secrets.json")), () -> now, new Random(7));
    }

    private static SecretAge first(SecretAges ages) {
        return ages.all().getFirst();
    }

    @Test
    void anAgeIsKnownAcrossRestartsAndBeginsAnewWithAnotherValue() throws Exception {
        SecretAges ages = open();
        ages.look();
        assertThat(first(ages)).isEqualTo(new SecretAge("upstreams.crm.credential", START, START, false, ""));
        assertThat(first(ages).rotated()).isNull();

        now = START.plus(Duration.ofDays(10));
        SecretAges later = open();
        later.look();
        assertThat(first(later).since()).isEqualTo(START);
        assertThat(later.seconds()).containsExactly(Map.entry("upstreams.crm.credential", 864_000L));

        values.put("A", "another");
        later.look();
        assertThat(first(later)).isEqualTo(new SecretAge("upstreams.crm.credential", START, now, false, ""));
        assertThat(first(later).rotated()).isEqualTo(now);
        Instant rotated = now;
        now = now.plus(Duration.ofDays(1));
        assertThat(first(open()).since()).isEqualTo(rotated);
    }

    @Test
    void aSecretThatCannotBeReadKeepsItsAgeAndSaysWhy() {
        SecretAges ages = open();
        ages.look();
        values.clear();
        now = START.plus(Duration.ofHours(1));
        ages.look();

        assertThat(first(ages).since()).isEqualTo(START);
        assertThat(first(ages).problem()).contains("variable A");
        assertThat(ages.all().getLast().since()).as("never read").isNull();
        assertThat(ages.seconds()).hasSize(1);
        values.put("A", "s3cret-value");
        ages.look();
        assertThat(first(ages)).isEqualTo(new SecretAge("upstreams.crm.credential", START, START, false, ""));
    }

    @Test
    void nothingOfAValueIsKept() throws Exception {
        values.put("A", "0");
        values.put("B", "0");
        SecretAges ages = open();
        ages.look();
        String kept = Files.readString(folder.resolve("secrets.json"));

        assertThat(kept.replaceAll("\"mark\":\"[0-9a-f]{8}\"", ""))
                .as("32 bits of a keyed hash, and no more")
                .doesNotContain("mark");
        String[] marks = kept.split("\"mark\":\"", -1);
        assertThat(marks[1].substring(0, 8)).as("equal values look different").isNotEqualTo(marks[2].substring(0, 8));
        assertThat(ages.all().toString()).doesNotContain("s3cret");
    }

    @Test
    void aDamagedFileIsBegunAnew() throws Exception {
        open().look();
        Files.writeString(folder.resolve("secrets.json"), "damaged");
        now = START.plus(Duration.ofDays(1));

        SecretAges ages = open();
        ages.look();

        assertThat(first(ages).since()).isEqualTo(now);
        assertThat(first(open()).since()).isEqualTo(now);
    }

    @Test
    void whatIsNotReferredToAnyMoreIsForgotten() {
        open().look();

        new SecretAges(Map.of(), new StateFile(folder.resolve("secrets.json")), () -> now, new Random(1)).look();

        now = START.plus(Duration.ofDays(1));
        SecretAges ages = open();
        ages.look();
        assertThat(first(ages).since()).isEqualTo(now);
    }
}
