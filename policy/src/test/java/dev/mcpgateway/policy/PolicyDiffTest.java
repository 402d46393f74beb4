package dev.mcpgateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.rules.PolicyParse;
import dev.mcpgateway.policy.rules.PolicyParser;
import dev.mcpgateway.policy.rules.PolicySource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A change of a policy is told by what it does to callers, those of its own rules included. */
class PolicyDiffTest {
    private static final Instant NOW = Instant.parse("2026-11-22T00:00:00Z");
    private static final String BEFORE = """
            version: 1
            rules:
              - id: builders
                effect: permit
                principals: {issuer: corp, groups: [builders]}
                actions: [model/call]
                resources: ["model:*"]
                ack_broad: true
              - id: readers
                effect: permit
                principals: {issuer: corp, groups: [readers, auditors]}
                resources: [crm__find, "crm__get_*"]
                limits: {calls_per_minute: 60}
            models:
              - {names: "model:*", principals: {groups: [builders]}, max_output_tokens: 1000,
                 lists: [{id: names, patterns: [alice], mode: enforce, action: block}]}
            """;

    private static Policy policy(String text) {
        PolicyParse parse = PolicyParser.parse(
                List.of(new PolicySource("policy.yaml", text.getBytes(StandardCharsets.UTF_8))), KnownNames.none());
        assertThat(parse).isInstanceOf(PolicyParse.Parsed.class);
        return ((PolicyParse.Parsed) parse).policy();
    }

    /** Each as {@code KIND who: feature before -> after}. */
    private static List<String> told(String after) {
        Policy old = policy(BEFORE);
        Policy changed = policy(after);
        return PolicyDiff.of(
                        old,
                        changed,
                        TypicalCallers.of(List.of(old, changed)).callers(),
                        PolicyDiff.features(List.of(old, changed), Set.of("crm"), Set.of("gpt")),
                        NOW)
                .stream()
                .map(change -> change.kind() + " " + change.who().name() + ": " + change.feature() + " "
                        + change.before() + " -> " + change.after())
                .toList();
    }

    @Test
    void theSamePolicyChangesNothing() {
        assertThat(told(BEFORE)).isEmpty();
        assertThat(told(BEFORE + "# a remark\n")).isEmpty();
    }

    @Test
    void aGroupThatIsTakenOutLoses() {
        assertThat(told(BEFORE.replace("[readers, auditors]", "[readers]")))
                .containsExactly(
                        "LOSES issuer corp, group auditors: crm__find permit by readers -> no permit",
                        "LOSES issuer corp, group auditors: crm__get_any permit by readers -> no permit");
    }

    @Test
    void aGroupThatIsPutInGains() {
        assertThat(told(BEFORE.replace(
                        "groups: [builders]}\n    actions", "groups: [builders, interns]}\n    actions")))
                .containsExactly("GAINS issuer corp, group interns: model:gpt no permit -> permit by builders");
    }

    @Test
    void aForbidReachesWhoIsAlsoPermitted() {
        assertThat(told(BEFORE.replace(
                        "models:\n",
                        "  - {id: no-contractors, effect: forbid, principals: {groups: [contractors]}, "
                                + "actions: [model/call], resources: [\"model:gpt\"]}\nmodels:\n")))
                .containsExactly("LOSES issuer corp, group builders, group contractors: model:gpt permit by builders"
                        + " -> forbidden by no-contractors");
    }

    @Test
    void aScopeThatIsAskedForIsLostByWhoHasNone() {
        assertThat(told(BEFORE.replace("ack_broad: true", "ack_broad: true\n    requires_scope: [models]")))
                .containsExactly(
                        "LOSES issuer corp, group builders: model:gpt permit by builders -> needs scope by builders");
    }

    @Test
    void aResidencyIsTold() {
        assertThat(told(BEFORE.replace("max_output_tokens: 1000", "max_output_tokens: 1000, residency: [eu, ch]")))
                .containsExactly("GUARDRAILS issuer corp, group builders: model:gpt nothing -> data only in ch, eu");
    }

    @Test
    void otherCapsAndGuardrailsAreNoLossButTold() {
        assertThat(told(BEFORE.replace("calls_per_minute: 60", "calls_per_minute: 6")))
                .hasSize(4)
                .first()
                .isEqualTo("LIMITS issuer corp, group auditors: crm__find 60 calls a minute -> 6 calls a minute");
        assertThat(told(BEFORE.replace("max_output_tokens: 1000", "max_output_tokens: 10")))
                .singleElement()
                .asString()
                .isEqualTo("GUARDRAILS issuer corp, group builders: model:gpt output at most 1000 tokens"
                        + " -> output at most 10 tokens");
        assertThat(told(BEFORE.replace("[alice]", "[bob]")))
                .singleElement()
                .asString()
                .contains("requests list names (alice) enforce block", "requests list names (bob) enforce block");
    }

    @Test
    void aGuardrailForSomeOfThePermittedIsFound() {
        assertThat(told(BEFORE
                        + "  - {names: \"model:gpt\", principals: {claims: {tenant: acme}}, allowed_tools: none}\n"))
                .singleElement()
                .asString()
                .startsWith("GUARDRAILS issuer corp, group builders, tenant \"acme\": model:gpt ")
                .endsWith(" nothing -> tools none");
    }

    @Test
    void screeningAndWhatToolsAreIsToldOfTheNamesThatAreWritten() {
        String screened = BEFORE + """
            tools:
              - {names: crm__get_one, read_only: true, limits: {result_bytes: 5}}
            screening:
              - {tools: ["crm__*"], injection: {mode: enforce, action: block}}
            """;

        assertThat(settings(BEFORE, BEFORE)).isEmpty();
        assertThat(settings(BEFORE, screened))
                .containsExactly(
                        "crm__find: injection shadow flag -> injection enforce block",
                        "crm__get_any: injection shadow flag -> injection enforce block",
                        "crm__get_one: not read-only, injection shadow flag -> read-only, injection enforce block",
                        "crm__any: injection shadow flag -> injection enforce block");
        assertThat(settings(screened, screened.replace("mode: enforce, action: block", "mode: off")))
                .hasSize(4)
                .last()
                .isEqualTo("crm__any: injection enforce block -> nothing");
    }

    private static List<String> settings(String before, String after) {
        Policy old = policy(before);
        Policy changed = policy(after);
        return PolicyDiff.settings(
                        old, changed, PolicyDiff.features(List.of(old, changed), Set.of("crm"), Set.of("gpt")))
                .stream()
                .map(change -> change.feature() + ": " + change.before() + " -> " + change.after())
                .toList();
    }

    @Test
    void moreThanCanBeReadIsCutAndSaid() {
        StringBuilder groups = new StringBuilder("g0");
        for (int i = 1; i < 100; i++) {
            groups.append(", g").append(i);
        }
        TypicalCallers.Found found =
                TypicalCallers.of(List.of(policy(BEFORE.replace("readers, auditors", groups.toString()))));

        assertThat(found.isCut()).isTrue();
        assertThat(TypicalCallers.of(List.of(policy(BEFORE))).isCut()).isFalse();
    }
}
