package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.policy.yaml.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code models.safe_mode}, {@code models.signals} and a second key may say. */
class IncidentConfigTest {
    private static Loaded read(String credential, String more) {
        String yaml = """
                version: 1
                issuers: {corp: {issuer: "https://id.example/", jwks: {file: k.json}}}
                policy: {files: [policy.yaml]}
                models:
                  providers: {p: {kind: openai, credential: %s}}
                  aliases: {a: {targets: [{provider: p, model: m}]}}
                  %s
                """.formatted(credential, more);
        return ConfigFile.read("gateway.yaml", yaml.getBytes(StandardCharsets.UTF_8), Path.of("/etc/gateway"));
    }

    private static Models models(String credential, String more) {
        return switch (read(credential, more)) {
            case Loaded.Good(GatewayConfig config) -> config.models().orElseThrow();
            case Loaded.Bad(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    @Test
    void withoutTheSectionsNothingIsPrepared() {
        Incident incident = models("none", "").incident();

        assertThat(incident.profile()).isEmpty();
        assertThat(incident.signals()).isEmpty();
    }

    @Test
    void theProfileStandsBesideTheConfiguration() {
        Incident incident = models("none", "safe_mode: {profile: good.json, public_key: good.pub}")
                .incident();

        assertThat(incident.profile())
                .contains(new Incident.Profile(Path.of("/etc/gateway/good.json"), Path.of("/etc/gateway/good.pub")));
        assertThat(incident.leaveWindow()).hasMinutes(15);
    }

    @Test
    void aWindowHasDaysAndAZone() {
        Incident.Signals signals = models(
                        "none",
                        "signals: {change_windows: [{days: [mon, fri], from: \"09:00\", to: \"17:30\", zone: Europe/Vienna},"
                                + " {from: \"22:00\", to: \"02:00\"}]}")
                .incident()
                .signals()
                .orElseThrow();

        assertThat(signals.windows().getFirst().days()).containsExactlyInAnyOrder(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);
        assertThat(signals.windows().getFirst().to()).isEqualTo(LocalTime.of(17, 30));
        assertThat(signals.windows().getLast().days()).hasSize(7);
    }

    @Test
    void aSecondKeyMakesAPair() {
        Models models = models("{static: {secret: {env: A}, next: {env: B}}}", "");

        assertThat(models.providers().get("p").credential())
                .isInstanceOfSatisfying(
                        Credential.KeyPair.class,
                        pair -> assertThat(pair.next().variable()).isEqualTo("B"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "safe_mode: {profile: a.json}|/models/safe_mode|public_key",
                "safe_mode: {profile: a, public_key: b, leave_window_s: 5}|/models/safe_mode/leave_window_s|60",
                "safe_mode: {profile: a, public_key: b, off: true}|/models/safe_mode/off|",
                "signals: {change_windows: [{days: [monday], from: \"09:00\", to: \"10:00\"}]}|/models/signals/change_windows/0/days|no day",
                "signals: {change_windows: [{from: \"9\", to: \"10:00\"}]}|/models/signals/change_windows/0/from|no time of day",
                "signals: {change_windows: [{from: \"09:00\", to: \"10:00\", zone: Nowhere}]}|/models/signals/change_windows/0/zone|no time zone",
                "signals: {loud: true}|/models/signals/loud|"
            })
    void whatIsWrongIsSaid(String more, String pointer, String says) {
        assertThat(read("none", more))
                .isInstanceOfSatisfying(
                        Loaded.Bad.class,
                        bad -> assertThat(bad.problems()).anySatisfy(problem -> {
                            assertThat(problem.render()).contains(pointer);
                            assertThat(problem.render()).contains(says == null ? "" : says);
                        }));
    }
}
