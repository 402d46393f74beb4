package dev.mcpgateway.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.policy.CallerCondition.ClaimIn;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A restriction leaves what the operator classed read-only and some models, in every view of the same evaluation. */
class RestrictionTest {
    private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");
    private static final FeatureName FIND = name(FeatureKind.TOOL, "crm__find");
    private static final FeatureName REFUND = name(FeatureKind.TOOL, "crm__refund");
    private static final FeatureName PROMPT = name(FeatureKind.PROMPT, "crm__find");
    private static final FeatureName RESOURCE = name(FeatureKind.RESOURCE, "crm__file:///a");
    private static final FeatureName GPT = FeatureName.model("gpt");
    private static final FeatureName CLAUDE = FeatureName.model("claude");

    private static final Policy OPEN = Policy.of(new PolicyRules(
            List.of(new Rule(
                    "all",
                    Effect.PERMIT,
                    List.of(),
                    EnumSet.allOf(Action.class),
                    List.of(FeaturePattern.EVERYTHING),
                    new TreeSet<>(),
                    Validity.ALWAYS,
                    new CallLimits(OptionalInt.of(100), OptionalLong.empty()))),
            List.of(new ToolEntry(
                    List.of(FeaturePattern.parse("crm__find").orElseThrow()),
                    Optional.of(true),
                    CallLimits.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())),
            "hash"));

    private static final Policy RESTRICTED = OPEN.restricted(List.of(new Restriction(
            "restriction.acme",
            List.of(new ClaimIn("tenant", Set.of(new ClaimValue.Text("acme")))),
            Set.of("gpt"),
            OptionalInt.of(5))));

    private static FeatureName name(FeatureKind kind, String text) {
        return FeatureName.parse(kind, text).orElseThrow();
    }

    private static Subject of(String tenantJson) {
        Map<String, JsonNode> claims = tenantJson.isEmpty()
                ? Map.of()
                : Map.of("tenant", JsonMapper.shared().readTree(tenantJson));
        return new Subject("corp", "alice", null, Set.of(), Set.of(), claims);
    }

    private static boolean sees(Policy policy, Subject subject, FeatureName feature) {
        return policy.visibility(subject, feature, NOW) instanceof Visibility.Visible;
    }

    @Test
    void whatIsReadOnlyAndTheModelsStay() {
        Subject acme = of("\"acme\"");

        assertThat(sees(RESTRICTED, acme, FIND)).isTrue();
        assertThat(sees(RESTRICTED, acme, PROMPT))
                .as("an entry is about all kinds")
                .isTrue();
        assertThat(sees(RESTRICTED, acme, REFUND)).isFalse();
        assertThat(sees(RESTRICTED, acme, RESOURCE)).isFalse();
        assertThat(RESTRICTED.seesTemplate(acme, name(FeatureKind.RESOURCE, "crm__file:///{x}"), NOW))
                .isFalse();
        assertThat(RESTRICTED.maySample(acme, FIND, NOW)).isFalse();
        assertThat(RESTRICTED.decideModel(acme, GPT, NOW)).isInstanceOf(Decision.Allow.class);
        assertThat(RESTRICTED.decideModel(acme, CLAUDE, NOW))
                .isEqualTo(new Decision.Deny(Decision.Deny.FORBIDDEN, "restriction.acme"));
    }

    @Test
    void othersAreAsTheyWere() {
        for (Subject other : List.of(of("\"umbrella\""), of(""), of("null"))) {
            assertThat(List.of(FIND, REFUND, RESOURCE, GPT, CLAUDE))
                    .allMatch(feature -> sees(RESTRICTED, other, feature));
            assertThat(RESTRICTED.maySample(other, FIND, NOW)).isTrue();
        }
    }

    @Test
    void aClaimOfAnotherTypeIsRestricted() {
        assertThat(sees(RESTRICTED, of("7"), REFUND)).isFalse();
        assertThat(sees(RESTRICTED, of("[\"b\",\"acme\"]"), REFUND)).isFalse();
        assertThat(sees(RESTRICTED, of("[\"b\"]"), REFUND)).isTrue();
    }

    @Test
    void theNarrowerLimitHolds() {
        assertThat(RESTRICTED.decideModel(of("\"acme\""), GPT, NOW))
                .isInstanceOfSatisfying(
                        Decision.Allow.class,
                        allow -> assertThat(allow.permit().limits().callsPerMinute())
                                .hasValue(5));
        assertThat(RESTRICTED.decideModel(of("\"b\""), GPT, NOW))
                .isInstanceOfSatisfying(
                        Decision.Allow.class,
                        allow -> assertThat(allow.permit().limits().callsPerMinute())
                                .hasValue(100));
    }

    @Test
    void itPermitsNothingAndLastsThroughStops() {
        Policy nothing = Policy.denyAll()
                .restricted(List.of(new Restriction(
                        "r",
                        List.of(new ClaimIn("tenant", Set.of(new ClaimValue.Text("acme")))),
                        Set.of("gpt"),
                        OptionalInt.empty())));
        Rule stop = new Rule(
                "kill-switch.k",
                Effect.FORBID,
                List.of(),
                EnumSet.of(Action.CALL_TOOL),
                List.of(FeaturePattern.parse("crm__find").orElseThrow()),
                new TreeSet<>(),
                Validity.ALWAYS,
                CallLimits.NONE);

        assertThat(sees(nothing, of("\"acme\""), GPT)).isFalse();
        Policy stopped = RESTRICTED.narrowed(List.of(stop));
        assertThat(sees(stopped, of("\"acme\""), FIND)).isFalse();
        assertThat(sees(stopped, of("\"acme\""), REFUND)).isFalse();
        assertThat(stopped.hash()).isEqualTo("hash");
        assertThat(sees(RESTRICTED.restricted(List.of()), of("\"acme\""), REFUND))
                .isTrue();
        assertThat(OPEN.restricted(List.of())).isSameAs(OPEN);
    }

    @Test
    void aRestrictionOfNobodyInParticularIsNone() {
        assertThatThrownBy(() -> new Restriction("r", List.of(), Set.of(), OptionalInt.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
