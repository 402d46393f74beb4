package dev.mcpgateway.policy;

import static dev.mcpgateway.policy.Calls.NOW;
import static dev.mcpgateway.policy.Calls.policy;
import static dev.mcpgateway.policy.Calls.prompt;
import static dev.mcpgateway.policy.Calls.resource;
import static dev.mcpgateway.policy.Calls.rule;
import static dev.mcpgateway.policy.Calls.tool;
import static dev.mcpgateway.policy.Calls.use;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the policy says of prompts, resources, templates, apps and sampling. */
class FeaturePolicyTest {

    private static final Subject ANN = Calls.subject("ann", Set.of("readers"), Set.of());
    private static final Decision NO_PERMIT = new Decision.Deny(Decision.Deny.NO_PERMIT, null);
    private static final Decision INDIRECT = new Decision.Deny(Decision.Deny.INDIRECT_URI, null);

    private static Rule reading(String id, Effect effect, String... resources) {
        return rule(id, effect, Action.READ_RESOURCE, resources);
    }

    private static boolean mayUse(Policy policy, FeatureName feature) {
        return policy.decide(use(ANN, feature)) instanceof Decision.Allow;
    }

    @Test
    void aPermitOfOneKindAllowsNoOther() {
        List<FeatureName> features = List.of(tool("crm__x"), prompt("crm__x"), resource("crm__x"));
        for (Action action : Action.values()) {
            Policy policy = policy(rule("p", Effect.PERMIT, action, "*", "crm__*", "crm__x"));

            for (FeatureName feature : features) {
                assertThat(mayUse(policy, feature))
                        .as(action + " " + feature.kind())
                        .isEqualTo(action == Action.of(feature.kind()));
            }
            assertThat(policy.maySample(ANN, tool("crm__x"), NOW)).isEqualTo(action == Action.SAMPLE);
        }
    }

    @Test
    void aForbidOfOneKindRefusesNoOther() {
        Rule all = new Rule(
                "p",
                Effect.PERMIT,
                List.of(),
                Set.of(Action.values()),
                Calls.patterns("*"),
                new TreeSet<>(),
                Validity.ALWAYS,
                CallLimits.NONE);
        Policy policy = policy(all, rule("f", Effect.FORBID, Action.GET_PROMPT, "crm__*"));

        assertThat(mayUse(policy, tool("crm__x"))).isTrue();
        assertThat(mayUse(policy, resource("crm__x"))).isTrue();
        assertThat(policy.maySample(ANN, tool("crm__x"), NOW)).isTrue();
        assertThat(policy.decide(use(ANN, prompt("crm__x"))))
                .isEqualTo(new Decision.Deny(Decision.Deny.FORBIDDEN, "f"));
    }

    @Test
    void aRuleIsAboutAtLeastOneAction() {
        assertThatThrownBy(() -> new Rule(
                        "p",
                        Effect.PERMIT,
                        List.of(),
                        Set.of(),
                        List.of(),
                        new TreeSet<>(),
                        Validity.ALWAYS,
                        CallLimits.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anExactNameThatNoToolCanHaveNamesTheResource() {
        String uri = "files__file:///" + "x".repeat(200);
        Rule both = new Rule(
                "p",
                Effect.PERMIT,
                List.of(),
                Set.of(Action.CALL_TOOL, Action.READ_RESOURCE),
                Calls.patterns(uri),
                new TreeSet<>(),
                Validity.ALWAYS,
                CallLimits.NONE);

        assertThat(mayUse(policy(both), resource(uri))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "file:///docs/readme.md, true",
        "file:///docs/, true",
        "file:///docs/sub/a%20b?v=1#x, true",
        "file:///docs, false",
        "file:///Docs/readme.md, false",
        "FILE:///docs/readme.md, false",
        "file:///%64ocs/readme.md, false",
        "file://host/docs/readme.md, false",
        "file:///x/docs/readme.md, false"
    })
    void urisAreComparedCharacterByCharacter(String uri, boolean permitted) {
        Policy policy = policy(reading("p", Effect.PERMIT, "files__file:///docs/*"));

        assertThat(mayUse(policy, resource("files__" + uri))).isEqualTo(permitted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///docs/../etc/passwd",
                "file:///docs/%2e%2E/etc",
                "file:///docs/..%5cetc",
                "file:///docs/..\\etc",
                "file:///docs/..",
                "file:///docs/%252e%252e/x"
            })
    void aWildcardReachesNoUriThatLeadsElsewhere(String uri) {
        FeatureName name = resource("files__" + uri);
        for (String pattern : List.of("files__file:///docs/*", "files__*", "*", "files__file:///docs/????????????*")) {
            Policy policy = policy(reading("p", Effect.PERMIT, pattern));

            if (Calls.patterns(pattern).getFirst().matches(name)) {
                assertThat(policy.decide(use(ANN, name))).as(pattern).isEqualTo(INDIRECT);
                assertThat(policy.explain(ANN, name, null, NOW))
                        .returns(Explanation.Verdict.INDIRECT_URI, Explanation::verdict)
                        .satisfies(explanation ->
                                assertThat(explanation.rules()).singleElement().returns(false, RuleTrace::applies));
            }
            assertThat(policy.visibility(ANN, name, NOW)).isEqualTo(new Visibility.Hidden());
            assertThat(policy.visible(ANN, List.of(name), Function.identity(), NOW)
                            .items())
                    .isEmpty();
        }
    }

    @Test
    void anExactNameReachesAUriThatLeadsElsewhere() {
        FeatureName climbing = resource("files__file:///docs/../etc");
        Policy policy = policy(
                reading("wild", Effect.PERMIT, "files__*"),
                reading("exact", Effect.PERMIT, "files__file:///docs/../etc", "files__*"));

        Permit permit = ((Decision.Allow) policy.decide(use(ANN, climbing))).permit();

        assertThat(permit.ruleIds()).containsExactly("exact");
        assertThat(policy.explain(ANN, climbing, null, NOW).rules())
                .extracting(RuleTrace::applies)
                .containsExactly(false, true);
    }

    @Test
    void aForbidReachesEveryUri() {
        Policy policy = policy(
                reading("p", Effect.PERMIT, "files__file:///docs/../etc"),
                reading("f", Effect.FORBID, "files__file:///docs/*"));

        assertThat(policy.decide(use(ANN, resource("files__file:///docs/../etc"))))
                .isEqualTo(new Decision.Deny(Decision.Deny.FORBIDDEN, "f"));
    }

    @Test
    void dotsInNamesOfToolsAndPromptsMeanNothing() {
        Policy policy = policy(Calls.permit("t", "files__*"), rule("p", Effect.PERMIT, Action.GET_PROMPT, "files__*"));

        assertThat(mayUse(policy, tool("files__../x"))).isTrue();
        assertThat(mayUse(policy, prompt("files__../x"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "file:///{path}, true",
        "file:///docs/{path}, true",
        "file:///docs/sub/{a}/{b}, true",
        "file:///do{path}, true",
        "{+uri}, true",
        "file:///etc/{path}, false",
        "http{s}://x, false",
        "file:///exact/{name}, true",
        "file:///exactly/{name}, false",
        "file:///docs/../{path}, false",
        "file:///docs/plain, true",
        "file:///etc/plain, false"
    })
    void aTemplateIsShownWhenAPermitCouldNameAResourceOfIt(String template, boolean shown) {
        Policy policy =
                policy(reading("p", Effect.PERMIT, "files__file:///docs/*", "files__file:///exact/one", "crm__*"));
        FeatureName name = resource("files__" + template);

        assertThat(policy.seesTemplate(ANN, name, NOW)).isEqualTo(shown);
        assertThat(policy.visibleTemplates(ANN, List.of(name), Function.identity(), NOW)
                        .items())
                .hasSize(shown ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({
        "files__file:///docs/*, false",
        "files__file:///*, false",
        "files__*, false",
        "*, false",
        "files__file:///docs/secret/*, true",
        "files__file:///docs/*.key, true",
        "files__file:///docs/?*, true",
        "files__file:///docs/{path}, true",
        "crm__*, true"
    })
    void aTemplateIsHiddenWhenAForbidNamesAllOfIt(String forbidden, boolean shown) {
        Policy policy = policy(reading("p", Effect.PERMIT, "*"), reading("f", Effect.FORBID, forbidden));

        assertThat(policy.seesTemplate(ANN, resource("files__file:///docs/{path}"), NOW))
                .isEqualTo(shown);
    }

    @Test
    void aTemplateFollowsTheConditionsOfTheRules() {
        List<CallerCondition> bob = List.of(new CallerCondition.SubjectIn(Set.of("bob")));
        Rule others = new Rule(
                "others",
                Effect.PERMIT,
                bob,
                Set.of(Action.READ_RESOURCE),
                Calls.patterns("files__*"),
                new TreeSet<>(),
                Validity.ALWAYS,
                CallLimits.NONE);
        Rule scoped = new Rule(
                "scoped",
                Effect.PERMIT,
                List.of(),
                Set.of(Action.READ_RESOURCE),
                Calls.patterns("files__*"),
                new TreeSet<>(Set.of("s9")),
                Validity.ALWAYS,
                CallLimits.NONE);
        FeatureName template = resource("files__file:///{path}");

        assertThat(policy(others, scoped, Calls.permit("tools", "*")).seesTemplate(ANN, template, NOW))
                .isFalse();
        assertThatThrownBy(() -> policy().seesTemplate(ANN, tool("files__x"), NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aShownTemplateGrantsNoRead() {
        Policy policy = policy(reading("p", Effect.PERMIT, "files__file:///docs/*"));

        assertThat(policy.seesTemplate(ANN, resource("files__file:///{path}"), NOW))
                .isTrue();
        assertThat(policy.decide(use(ANN, resource("files__file:///etc/passwd"))))
                .isEqualTo(NO_PERMIT);
        assertThat(policy.decide(use(ANN, resource("files__file:///{path}")))).isEqualTo(NO_PERMIT);
    }

    @Test
    void theResourceOfAnAppFollowsItsTool() {
        Policy policy = policy(
                Calls.permit("tools", "crm__*"),
                Calls.forbid("no-rm", "crm__rm"),
                reading("f", Effect.FORBID, "crm__ui://secret*"),
                reading("climbing", Effect.PERMIT, "files__x"));
        FeatureName ui = resource("crm__ui://main/a.html");

        Permit permit = ((Decision.Allow) policy.follow(ANN, tool("crm__show"), ui, NOW)).permit();

        assertThat(permit.feature()).isEqualTo(ui);
        assertThat(permit.ruleIds()).containsExactly("tools");
        assertThat(policy.decide(use(ANN, ui))).isEqualTo(NO_PERMIT);
        assertThat(policy.follow(ANN, tool("crm__rm"), ui, NOW))
                .isEqualTo(new Decision.Deny(Decision.Deny.FORBIDDEN, "no-rm"));
        assertThat(policy.follow(ANN, tool("crm__show"), resource("crm__ui://secret"), NOW))
                .isEqualTo(new Decision.Deny(Decision.Deny.FORBIDDEN, "f"));
        assertThat(policy().follow(ANN, tool("crm__show"), ui, NOW)).isEqualTo(NO_PERMIT);
    }

    @Test
    void onlyAnAppOfTheSameUpstreamFollows() {
        Policy policy = policy(Calls.permit("tools", "*"), reading("all", Effect.PERMIT, "*"));

        for (FeatureName other : List.of(
                resource("files__ui://x"),
                resource("crm__file:///x"),
                resource("crm__UI://x"),
                resource("crm__ui:/x"),
                prompt("crm__ui://x"),
                tool("crm__ui://x"))) {
            assertThatThrownBy(() -> policy.follow(ANN, tool("crm__show"), other, NOW))
                    .as(other.kind() + " " + other)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> policy.follow(ANN, prompt("crm__show"), resource("crm__ui://x"), NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void samplingIsOffUnlessAPermitNamesTheTool() {
        Rule scoped = new Rule(
                "scoped",
                Effect.PERMIT,
                List.of(),
                Set.of(Action.SAMPLE),
                Calls.patterns("crm__scoped"),
                new TreeSet<>(Set.of("s9")),
                Validity.ALWAYS,
                CallLimits.NONE);
        Policy policy = policy(
                Calls.permit("calls", "*"),
                rule("samples", Effect.PERMIT, Action.SAMPLE, "crm__ask_*"),
                rule("not", Effect.FORBID, Action.SAMPLE, "crm__ask_secret"),
                scoped);

        assertThat(policy.maySample(ANN, tool("crm__ask_x"), NOW)).isTrue();
        assertThat(policy.maySample(ANN, tool("crm__ask_secret"), NOW)).isFalse();
        assertThat(policy.maySample(ANN, tool("crm__other"), NOW)).isFalse();
        assertThat(policy.maySample(ANN, tool("crm__scoped"), NOW)).isFalse();
        assertThat(policy.maySample(Calls.subject("ann", Set.of(), Set.of("s9")), tool("crm__scoped"), NOW))
                .isTrue();
        assertThatThrownBy(() -> policy.maySample(ANN, prompt("crm__ask_x"), NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settingsHoldForFeaturesOfAllKinds() {
        CallLimits ten = new CallLimits(OptionalInt.of(10), OptionalLong.empty());
        ToolEntry entry = new ToolEntry(
                Calls.patterns("crm__*", "files__file:///big"),
                Optional.empty(),
                ten,
                Optional.of(Oversize.TRUNCATE),
                Optional.empty(),
                Optional.empty());
        Policy policy = Policy.of(new PolicyRules(
                List.of(rule("p", Effect.PERMIT, Action.GET_PROMPT, "crm__*")), List.of(entry), "test"));

        for (FeatureName feature :
                List.of(tool("crm__x"), prompt("crm__x"), resource("crm__crm://x"), resource("files__file:///big"))) {
            assertThat(policy.settings(feature).onLargeResult()).isEqualTo(Oversize.TRUNCATE);
        }
        assertThat(policy.settings(resource("files__file:///small"))).isEqualTo(ToolSettings.DEFAULT);
        assertThat(((Decision.Allow) policy.decide(use(ANN, prompt("crm__x"))))
                        .permit()
                        .limits())
                .isEqualTo(ten);
    }
}
