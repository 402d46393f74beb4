package dev.mcpgateway.policy;

import static dev.mcpgateway.policy.Calls.NOW;
import static dev.mcpgateway.policy.Calls.call;
import static dev.mcpgateway.policy.Calls.claiming;
import static dev.mcpgateway.policy.Calls.forbid;
import static dev.mcpgateway.policy.Calls.permit;
import static dev.mcpgateway.policy.Calls.policy;
import static dev.mcpgateway.policy.Calls.rule;
import static dev.mcpgateway.policy.Calls.subject;
import static dev.mcpgateway.policy.Calls.tool;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {

    private static final Subject ANN = subject("ann", Set.of("readers"), Set.of("s1"));

    private static final Decision NO_PERMIT = new Decision.Deny(Decision.Deny.NO_PERMIT, null);

    @Test
    void withoutRulesEverythingIsDeniedAndHidden() {
        assertThat(Policy.denyAll().decide(call(ANN, "files__read"))).isEqualTo(NO_PERMIT);
        assertThat(Policy.denyAll().visibility(ANN, tool("files__read"), NOW)).isEqualTo(new Visibility.Hidden());
        assertThat(Policy.denyAll().hash())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void aToolThatIsNotListedIsDenied() {
        Policy policy = policy(permit("p", "files__read", "crm__get_*"));

        assertThat(policy.decide(call(ANN, "files__read"))).isInstanceOf(Decision.Allow.class);
        assertThat(policy.decide(call(ANN, "crm__get_x"))).isInstanceOf(Decision.Allow.class);
        for (String other :
                List.of("files__write", "files__Read", "files__read ", "crm__get", "other__read", "files___read")) {
            assertThat(policy.decide(call(ANN, other))).as(other).isEqualTo(NO_PERMIT);
        }
    }

    @Test
    void aPermitProvesWhoMayCallWhatByWhichRule() {
        Policy policy = policy(permit("b", "files__*"), permit("a", "files__read"), permit("z", "*"));

        Permit permit = ((Decision.Allow) policy.decide(call(ANN, "files__read"))).permit();

        assertThat(permit.subject()).isEqualTo(ANN);
        assertThat(permit.feature()).isEqualTo(tool("files__read"));
        assertThat(permit.ruleIds()).containsExactly("a", "b", "z");
        assertThat(permit.policyHash()).isEqualTo("test");
        assertThat(permit.limits()).isEqualTo(CallLimits.NONE);
    }

    @Test
    void aNarrowedPolicyForbidsMoreAndKeepsItsHashAndSettings() {
        Policy policy = policy(permit("p", "files__*"));

        Policy narrowed = policy.narrowed(List.of(forbid("stop", "files__read")));

        assertThat(narrowed.decide(call(ANN, "files__read")))
                .isEqualTo(new Decision.Deny(Decision.Deny.FORBIDDEN, "stop"));
        assertThat(narrowed.visibility(ANN, tool("files__read"), NOW)).isEqualTo(new Visibility.Hidden());
        assertThat(narrowed.decide(call(ANN, "files__write"))).isInstanceOf(Decision.Allow.class);
        assertThat(narrowed.hash()).isEqualTo(policy.hash());
        assertThat(policy.decide(call(ANN, "files__read"))).isInstanceOf(Decision.Allow.class);
        assertThat(policy.narrowed(List.of())).isSameAs(policy);
    }

    @Test
    void nothingIsWidenedByNarrowing() {
        Policy policy = policy(permit("p", "files__*"));

        assertThatThrownBy(() -> policy.narrowed(List.of(permit("more", "*"))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> policy.narrowed(List.of(forbid("p", "files__read"))))
                .as("a rule id twice")
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anyMatchingForbidWins() {
        Policy policy = policy(permit("p", "*"), forbid("f2", "files__*"), forbid("f1", "files__read"));

        assertThat(policy.decide(call(ANN, "files__read"))).isEqualTo(new Decision.Deny(Decision.Deny.FORBIDDEN, "f1"));
        assertThat(policy.decide(call(ANN, "files__write")))
                .isEqualTo(new Decision.Deny(Decision.Deny.FORBIDDEN, "f2"));
        assertThat(policy.visibility(ANN, tool("files__read"), NOW)).isEqualTo(new Visibility.Hidden());
        assertThat(policy.decide(call(ANN, "crm__x"))).isInstanceOf(Decision.Allow.class);
    }

    @Test
    void conditionsAreJoinedByAndTheirValuesByOr() {
        Policy policy = policy(rule(
                "p",
                Effect.PERMIT,
                List.of(
                        new CallerCondition.IssuerIn(Set.of("corp", "partner")),
                        new CallerCondition.SubjectIn(Set.of("ann", "bob")),
                        new CallerCondition.ClientIn(Set.of("desk")),
                        new CallerCondition.InGroup(Set.of("readers", "writers"))),
                new TreeSet<>(),
                "files__read"));

        assertThat(policy.decide(call(ANN, "files__read"))).isInstanceOf(Decision.Allow.class);
        for (Subject other : List.of(
                new Subject("other", "ann", "desk", Set.of("readers"), Set.of(), Map.of()),
                new Subject("corp", "eve", "desk", Set.of("readers"), Set.of(), Map.of()),
                new Subject("corp", "ann", "shell", Set.of("readers"), Set.of(), Map.of()),
                new Subject("corp", "ann", null, Set.of("readers"), Set.of(), Map.of()),
                new Subject("corp", "ann", "desk", Set.of("Readers", "admins"), Set.of(), Map.of()),
                new Subject("corp", "ann", "desk", Set.of(), Set.of(), Map.of()))) {
            assertThat(policy.decide(call(other, "files__read")))
                    .as(other.toString())
                    .isEqualTo(NO_PERMIT);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"acme\"'          | TRUE", "'\"Acme\"'        | FALSE", "7              | TRUE",
                        "7.0            | TRUE",
                "700e-2              | TRUE", "8                 | FALSE", "true           | TRUE",
                        "false          | FALSE",
                "'\"7\"'             | FALSE", "'\"true\"'       | FALSE", "'[\"x\",\"acme\"]' | TRUE",
                        "'[\"x\",\"y\"]' | FALSE",
                "'[]'                | FALSE", "null             | FALSE", "'{}'           | ERROR",
                        "'{\"acme\":1}'   | ERROR",
                "'[[\"acme\"]]'      | ERROR", "'[null,\"x\"]'   | ERROR", "'[null,\"acme\"]' | TRUE",
                        "1e400          | FALSE"
            })
    void claimsAreComparedByTypeAndValue(String claim, Truth truth) {
        CallerCondition condition = new CallerCondition.ClaimIn(
                "c",
                Set.of(
                        new ClaimValue.Text("acme"),
                        new ClaimValue.Decimal(BigDecimal.valueOf(7)),
                        new ClaimValue.Flag(true)));

        boolean infinite = claim.equals("1e400");
        assertThat(condition.test(claiming("c", claim))).isEqualTo(infinite ? Truth.ERROR : truth);
        assertThat(condition.test(claiming("other", claim))).isEqualTo(Truth.FALSE);
    }

    @Test
    void aClaimOfAnotherTypeThanTheRulesMakesAForbidDenyAndAPermitNotPermit() {
        CallerCondition tenant = new CallerCondition.ClaimIn("tenant", Set.of(new ClaimValue.Text("acme")));
        Policy forbidding =
                policy(permit("p", "*"), rule("f", Effect.FORBID, List.of(tenant), new TreeSet<>(), "files__read"));
        Policy permitting = policy(rule("p", Effect.PERMIT, List.of(tenant), new TreeSet<>(), "files__read"));

        Decision broken = new Decision.Deny(Decision.Deny.POLICY_ERROR, "f");
        assertThat(forbidding.decide(call(claiming("tenant", "7"), "files__read")))
                .isEqualTo(broken);
        assertThat(forbidding.visibility(claiming("tenant", "7"), tool("files__read"), NOW))
                .isEqualTo(new Visibility.Hidden());
        assertThat(forbidding.decide(call(claiming("tenant", "\"x\""), "files__read")))
                .isInstanceOf(Decision.Allow.class);
        assertThat(permitting.decide(call(claiming("tenant", "{}"), "files__read")))
                .isEqualTo(NO_PERMIT);
    }

    @Test
    void anErrorInAConditionDoesNotMatterWhereAnotherDoesNotHold() {
        List<CallerCondition> callers = List.of(
                new CallerCondition.ClaimIn("tenant", Set.of(new ClaimValue.Text("acme"))),
                new CallerCondition.IssuerIn(Set.of("partner")));
        Policy policy = policy(permit("p", "*"), rule("f", Effect.FORBID, callers, new TreeSet<>(), "*"));

        assertThat(policy.decide(call(claiming("tenant", "7"), "files__read"))).isInstanceOf(Decision.Allow.class);
    }

    @Test
    void validityIncludesItsStartAndExcludesItsEnd() {
        Instant from = NOW;
        Instant until = NOW.plusSeconds(60);
        Rule rule = new Rule(
                "p",
                Effect.PERMIT,
                List.of(),
                Set.of(Action.CALL_TOOL),
                Calls.patterns("*"),
                new TreeSet<>(),
                new Validity(from, until),
                CallLimits.NONE);
        Policy policy = policy(rule);

        assertThat(policy.visibility(ANN, tool("a__b"), from.minusNanos(1))).isEqualTo(new Visibility.Hidden());
        assertThat(policy.visibility(ANN, tool("a__b"), from)).isEqualTo(new Visibility.Visible());
        assertThat(policy.visibility(ANN, tool("a__b"), until.minusNanos(1))).isEqualTo(new Visibility.Visible());
        assertThat(policy.visibility(ANN, tool("a__b"), until)).isEqualTo(new Visibility.Hidden());
        assertThatThrownBy(() -> new Validity(from, from)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyAMissingScopeIsAskedForWithAllScopesOfTheOperation() {
        Policy policy = policy(rule("p", Effect.PERMIT, List.of(), new TreeSet<>(Set.of("s1", "s2")), "files__read"));

        assertThat(policy.decide(call(ANN, "files__read")))
                .isEqualTo(new Decision.NeedsScope(new TreeSet<>(Set.of("s1", "s2"))));
        assertThat(policy.visibility(ANN, tool("files__read"), NOW))
                .isEqualTo(new Visibility.NeedsScope(new TreeSet<>(Set.of("s1", "s2"))));
        assertThat(policy.decide(call(subject("ann", Set.of(), Set.of("s1", "s2")), "files__read")))
                .isInstanceOf(Decision.Allow.class);
    }

    @Test
    void theScopesAskedForAreThoseOfThePermitThatNeedsTheFewestMore() {
        Policy policy = policy(
                rule("a", Effect.PERMIT, List.of(), new TreeSet<>(Set.of("x", "y")), "files__*"),
                rule("c", Effect.PERMIT, List.of(), new TreeSet<>(Set.of("s1", "z")), "files__*"),
                rule("b", Effect.PERMIT, List.of(), new TreeSet<>(Set.of("w")), "files__*"),
                rule(
                        "0",
                        Effect.PERMIT,
                        List.of(new CallerCondition.SubjectIn(Set.of("bob"))),
                        new TreeSet<>(),
                        "files__*"));

        assertThat(policy.decide(call(ANN, "files__read")))
                .isEqualTo(new Decision.NeedsScope(new TreeSet<>(Set.of("w"))));
    }

    @Test
    void aForbidHidesEvenWhatOnlyLacksAScope() {
        Policy policy = policy(
                rule("p", Effect.PERMIT, List.of(), new TreeSet<>(Set.of("s9")), "files__read"),
                forbid("f", "files__read"));

        assertThat(policy.visibility(ANN, tool("files__read"), NOW)).isEqualTo(new Visibility.Hidden());
    }

    @Test
    void ofSeveralPermitsTheOneWithTheWiderCapsDecides() {
        Policy policy = policy(
                limited("a", 10, 1_000_000), limited("b", 60, 1_000), limited("c", 60, 2_000), limited("d", 60, 2_000));

        Permit permit = ((Decision.Allow) policy.decide(call(ANN, "files__read"))).permit();

        assertThat(permit.ruleIds()).containsExactly("c", "a", "b", "d");
        assertThat(permit.limits()).isEqualTo(new CallLimits(OptionalInt.of(60), OptionalLong.of(2_000)));
        Policy withUnlimited = policy(limited("a", 10, 10), permit("z", "*"));
        assertThat(((Decision.Allow) withUnlimited.decide(call(ANN, "files__read")))
                        .permit()
                        .limits())
                .isEqualTo(CallLimits.NONE);
    }

    private static Rule limited(String id, int calls, long bytes) {
        CallLimits limits = new CallLimits(OptionalInt.of(calls), OptionalLong.of(bytes));
        return new Rule(
                id,
                Effect.PERMIT,
                List.of(),
                Set.of(Action.CALL_TOOL),
                Calls.patterns("files__*"),
                new TreeSet<>(),
                Validity.ALWAYS,
                limits);
    }

    @Test
    void theListHoldsWhatMayBeCalledInItsOrder() {
        Policy policy = policy(
                permit("p", "files__*", "crm__get"),
                forbid("f", "files__rm"),
                rule("s", Effect.PERMIT, List.of(), new TreeSet<>(Set.of("s9")), "crm__put"));
        List<String> tools = List.of("crm__put", "files__b", "files__rm", "crm__get", "x__y", "files__a");

        assertThat(policy.visible(ANN, tools, Calls::tool, NOW).items())
                .containsExactly("files__b", "crm__get", "files__a");
        assertThat(policy.visible(ANN, List.<String>of(), Calls::tool, NOW).items())
                .isEmpty();
    }

    @Test
    void anExplanationNamesEveryRuleOfTheToolAndWhyItDoesNotMatch() {
        Rule expired = new Rule(
                "expired",
                Effect.PERMIT,
                List.of(),
                Set.of(Action.CALL_TOOL),
                Calls.patterns("files__*"),
                new TreeSet<>(),
                new Validity(Instant.MIN, NOW),
                CallLimits.NONE);
        Policy policy = policy(
                expired,
                rule(
                        "groups",
                        Effect.PERMIT,
                        List.of(new CallerCondition.InGroup(Set.of("admins"))),
                        new TreeSet<>(),
                        "files__read"),
                rule("scopes", Effect.PERMIT, List.of(), new TreeSet<>(Set.of("s1", "s2")), "files__read"),
                permit("other", "crm__x"));

        Explanation explanation = policy.explain(ANN, tool("files__read"), null, NOW);

        assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.NEEDS_SCOPE);
        assertThat(explanation.decidingRule()).contains("scopes");
        assertThat(explanation.policyHash()).isEqualTo("test");
        assertThat(explanation.rules())
                .containsExactly(
                        new RuleTrace(
                                "expired",
                                Effect.PERMIT,
                                Truth.FALSE,
                                List.of("not valid since " + NOW),
                                new TreeSet<>()),
                        new RuleTrace(
                                "groups", Effect.PERMIT, Truth.FALSE, List.of("groups does not hold"), new TreeSet<>()),
                        new RuleTrace("scopes", Effect.PERMIT, Truth.TRUE, List.of(), new TreeSet<>(Set.of("s2"))));
        assertThat(explanation.rules()).extracting(RuleTrace::applies).containsExactly(false, false, false);
    }

    @Test
    void anExplanationAgreesWithTheDecision() {
        Policy policy = policy(limited("p", 10, 100), forbid("f", "files__rm"));

        assertThat(policy.explain(ANN, tool("files__read"), null, NOW))
                .returns(Explanation.Verdict.PERMIT, Explanation::verdict)
                .returns(new Visibility.Visible(), Explanation::visibility)
                .returns(new CallLimits(OptionalInt.of(10), OptionalLong.of(100)), Explanation::limits);
        assertThat(policy.explain(ANN, tool("files__rm"), null, NOW).verdict())
                .isEqualTo(Explanation.Verdict.FORBIDDEN);
        assertThat(policy.explain(ANN, tool("x__y"), null, NOW))
                .returns(Explanation.Verdict.NO_PERMIT, Explanation::verdict)
                .returns(List.of(), Explanation::rules);
    }

    @Test
    void ruleIdsAreUniqueAndWellFormed() {
        assertThatThrownBy(() -> policy(permit("a", "*"), forbid("a", "*")))
                .isInstanceOf(IllegalArgumentException.class);
        for (String id : List.of("", "A", "a b", "-a", "x".repeat(65), "a\n")) {
            assertThatThrownBy(() -> permit(id, "*")).as(id).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> rule("f", Effect.FORBID, List.of(), new TreeSet<>(Set.of("s")), "*"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
