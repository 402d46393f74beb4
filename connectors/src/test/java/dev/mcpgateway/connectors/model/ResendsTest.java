package dev.mcpgateway.connectors.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResendsTest {
    private static int of(Map<String, String> headers) {
        return Resends.of(name -> Optional.ofNullable(headers.get(name)));
    }

    @ParameterizedTest
    @CsvSource({
        "x-envoy-attempt-count,          1, 0",
        "x-envoy-attempt-count,          3, 2",
        "ngrok-aig-attempts,             1, 0",
        "ngrok-aig-attempts,             2, 1",
        "x-litellm-attempted-retries,    0, 0",
        "x-litellm-attempted-retries,    2, 2",
        "x-litellm-attempted-fallbacks,  1, 1",
        "x-portkey-retry-attempt-count,  0, 0",
        "x-portkey-retry-attempt-count, -1, 0",
        "x-portkey-retry-attempt-count,  4, 4",
        "x-envoy-attempt-count,       many, 0",
        "x-envoy-attempt-count,      99999, 0",
        "retry-after,                    7, 0"
    })
    void whatAProxySaysOfItsOwnRetriesIsRead(String name, String value, int resends) {
        assertThat(of(Map.of(name, value))).isEqualTo(resends);
    }

    @Test
    void proxiesBehindEachOtherAddUpAndNobodyElseCounts() {
        assertThat(of(Map.of("x-envoy-attempt-count", "2", "x-litellm-attempted-retries", "3")))
                .isEqualTo(4);
        assertThat(of(Map.of())).isZero();
    }
}
