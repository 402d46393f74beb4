package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {
    private static final DateTimeFormatter EXPECTED =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    @Test
    void everyTimeIsWrittenAsThePlatformWritesIt() {
        long seed = 3339;
        System.out.println("Rfc3339Test: seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            long micros = random.nextLong(-62_167_219_200_000_000L, 253_402_300_800_000_000L);
            Instant instant = Instant.ofEpochSecond(
                    Math.floorDiv(micros, 1_000_000L), 1_000L * Math.floorMod(micros, 1_000_000L));

            assertThat(Rfc3339.text(micros)).isEqualTo(EXPECTED.format(instant));
            assertThat(Rfc3339.micros(instant)).isEqualTo(micros);
            assertThat(Rfc3339.read(Rfc3339.text(micros))).isEqualTo(micros);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2024-02-29T23:59:59.999999Z",
                "2000-02-29T00:00:00.000000Z",
                "1970-01-01T00:00:00.000000Z",
                "0000-03-01T00:00:00.000000Z",
                "9999-12-31T23:59:59.999999Z"
            })
    void borderDatesReadBack(String text) {
        assertThat(Rfc3339.text(Rfc3339.read(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-11-21T04:49:00Z",
                "2026-11-21T04:49:00.12345Z",
                "2026-11-21 04:49:00.123456Z",
                "2026-11-21T04:49:00.123456z",
                "2026-02-29T04:49:00.123456Z",
                "2026-13-01T04:49:00.123456Z",
                "2026-00-01T04:49:00.123456Z",
                "2026-11-31T04:49:00.123456Z",
                "2026-11-21T24:00:00.000000Z",
                "2026-11-21T04:60:00.123456Z",
                "2026-11-21T04:49:60.123456Z",
                "+026-11-21T04:49:00.123456Z"
            })
    void everyOtherTextIsNoTime(String text) {
        assertThat(Rfc3339.read(text)).isEqualTo(Rfc3339.NOT_A_TIME);
    }

    @Test
    void timesThatCannotBeWrittenBecomeTheNearestThatCan() {
        assertThat(Rfc3339.text(Long.MAX_VALUE)).isEqualTo("9999-12-31T23:59:59.999999Z");
        assertThat(Rfc3339.text(Long.MIN_VALUE)).isEqualTo("0000-01-01T00:00:00.000000Z");
    }
}
