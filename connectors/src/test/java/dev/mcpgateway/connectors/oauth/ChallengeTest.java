package dev.mcpgateway.connectors.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be read of a refusal, and that nothing else is. */
class ChallengeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer error=\"insufficient_scope\", scope=\"b a\", resource_metadata=\"https://up.example/m\"",
                "bearer scope=\"b a\",error=insufficient_scope,  resource_metadata=\"https://up.example/m\"",
                "DPoP algs=\"ES256\", Bearer error=\"insufficient_scope\",scope=\"b a\",resource_metadata=\"https://up.example/m\"",
                "Bearer realm=\"Bearer of, news\", error=\"insufficient_scope\", scope=\"a b b\","
                        + " resource_metadata=\"https://up.example/m\""
            })
    void theParametersOfTheBearerSchemeAreRead(String header) {
        Challenge challenge = Challenge.of(header);

        assertThat(challenge.error()).isEqualTo("insufficient_scope");
        assertThat(challenge.scopes()).containsExactly("a", "b");
        assertThat(challenge.resourceMetadata()).contains("https://up.example/m");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Basic scope=\"a\"",
                "NotBearer scope=\"a\"",
                "Bearer scope",
                "Bearer scope=",
                "Bearer scope=\"a",
                "Bearer \"scope\"=\"a\"",
                "Bearer scope=\"\\\"a\\\"\""
            })
    void whatIsNoneSaysNothing(String header) {
        assertThat(Challenge.of(header).scopes()).isEmpty();
        assertThat(Challenge.of(header).resourceMetadata()).isEmpty();
    }

    @Test
    void aHugeOrHostileHeaderCostsLittle() {
        String hostile = "Bearer " + "a=\"".repeat(2_000) + " ".repeat(2_000);
        long begin = System.nanoTime();

        Challenge.of(hostile);
        Challenge.of("Bearer scope=\"" + "x ".repeat(1_000_000) + "\"");

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        assertThat(Challenge.scopes("x y ".repeat(100)).size()).isEqualTo(2);
    }
}
