package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecordIdsTest {
    @Test
    void anIdIsAUuidOfVersionSevenWithItsTime() {
        UUID id = next(new RecordIds(0x1234_5678), 1_795_236_540_123_456L);

        assertThat(id.version()).isEqualTo(7);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(1_795_236_540_123L);
        assertThat((int) id.getLeastSignificantBits()).isEqualTo(0x1234_5678);
    }

    @Test
    void idsOfOneProcessNeverRepeatEvenWhenTheClockStandsStill() {
        RecordIds ids = new RecordIds(-1);
        Set<UUID> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            assertThat(seen.add(next(ids, 0))).isTrue();
        }
    }

    private static UUID next(RecordIds ids, long micros) {
        JsonBytes json = new JsonBytes();
        ids.next(json, micros);
        return UUID.fromString(json.toString().replace("\"", ""));
    }
}
