package dev.mcpgateway.policy.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.policy.Calls;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.Oversize;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Residency;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.ScreenAction;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.TextRule;
import dev.mcpgateway.policy.TokenInput;
import dev.mcpgateway.policy.ToolSettings;
import dev.mcpgateway.policy.yaml.Problem;
import dev.mcpgateway.policy.yaml.YamlReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

@Timeout(60)
class PolicyParserTest {

    private static final String READERS =
            "version: 1\nrules:\n  - {id: read, effect: permit, principals: {issuer: corp, groups: readers}, resources: files__read}\n";
    private static final String NO_DELETE =
            "version: 1\nrules:\n  - {id: no-delete, effect: forbid, resources: \"files__delete*\"}\n";

    private static PolicySource source(String name, String yaml) {
        return new PolicySource(name, yaml.getBytes(StandardCharsets.UTF_8));
    }

    private static PolicyParse parse(String... files) {
        return PolicyParser.parse(
                Arrays.stream(files).map(yaml -> source("p.yaml", yaml)).toList(), KnownNames.none());
    }

    private static Policy policy(String... files) {
        return switch (parse(files)) {
            case PolicyParse.Parsed(Policy policy, List<Problem> _) -> policy;
            case PolicyParse.Rejected(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private static List<String> problems(String... files) {
        return switch (parse(files)) {
            case PolicyParse.Parsed _ -> List.of();
            case PolicyParse.Rejected(List<Problem> problems) ->
                problems.stream().map(Problem::render).toList();
        };
    }

    private static List<String> warnings(KnownNames known, String yaml) {
        return switch (PolicyParser.parse(List.of(source("p.yaml", yaml)), known)) {
            case PolicyParse.Parsed(Policy _, List<Problem> warnings) ->
                warnings.stream().map(Problem::render).toList();
            case PolicyParse.Rejected(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    @Test
    void noFilesAndFilesWithoutRulesDenyEverything() {
        for (Policy policy : List.of(policy(), policy(""), policy("version: 1\nrules: []\n"), policy("", ""))) {
            assertThat(policy.rules()).isEmpty();
            assertThat(policy.decide(Calls.call(Calls.subject("ann", Set.of("readers"), Set.of()), "files__read")))
                    .isInstanceOf(Decision.Deny.class);
        }
        assertThat(policy().hash()).isEqualTo(Policy.denyAll().hash());
    }

    @Test
    void rulesOfAllFilesHoldTogether() {
        Policy policy = policy(READERS, NO_DELETE);

        assertThat(policy.rules()).extracting(Rule::id).containsExactly("read", "no-delete");
        assertThat(policy.decide(Calls.call(Calls.subject("ann", Set.of("readers"), Set.of()), "files__read")))
                .isInstanceOf(Decision.Allow.class);
    }

    @Test
    void everyProblemOfEveryFileIsReported() {
        PolicyParse parse = PolicyParser.parse(
                List.of(
                        source("b.yaml", "version: 1\nrules: [{id: X, effect: forbid, resources: a__b}]\n"),
                        source("a.yaml", "a: &x 1\n"),
                        source("c.yaml", "version: 2\n"),
                        source("d.yaml", NO_DELETE)),
                KnownNames.none());

        assertThat(((PolicyParse.Rejected) parse).problems())
                .extracting(problem -> problem.file() + ":" + problem.line())
                .containsExactly("b.yaml:2", "a.yaml:1", "c.yaml:1");
    }

    @Test
    void anIdMayNotBeRepeatedInAnotherFile() {
        assertThat(problems(READERS, READERS)).singleElement().asString().contains("rule id 'read' is repeated");
    }

    @Test
    void theHashCoversLengthsAndBytesInTheOrderOfTheFiles() throws NoSuchAlgorithmException {
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (String file : List.of(READERS, NO_DELETE)) {
            byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
            sha256.update(ByteBuffer.allocate(8).putLong(bytes.length).array());
            sha256.update(bytes);
        }

        assertThat(policy(READERS, NO_DELETE).hash()).isEqualTo(HexFormat.of().formatHex(sha256.digest()));
        assertThat(policy(NO_DELETE, READERS).hash())
                .isNotEqualTo(policy(READERS, NO_DELETE).hash());
        assertThat(policy(READERS + "# x\n").hash())
                .isNotEqualTo(policy(READERS).hash());
    }

    @Test
    void whatIsParsedIsWhatIsHashedWhateverHappensToTheBuffer() {
        byte[] bytes = READERS.getBytes(StandardCharsets.UTF_8);
        PolicySource source = new PolicySource("p.yaml", bytes);
        Arrays.fill(bytes, (byte) '#');

        PolicyParse parse = PolicyParser.parse(List.of(source), KnownNames.none());

        assertThat(((PolicyParse.Parsed) parse).policy().hash())
                .isEqualTo(policy(READERS).hash());
    }

    @Test
    void anUnknownIssuerIsAProblemAndAnUnknownUpstreamOrToolAWarning() {
        String yaml = """
                version: 1
                rules:
                  - {id: a, effect: permit, principals: {issuer: crop}, resources: a__b}
                  - {id: b, effect: permit, principals: {issuer: corp}, resources: [fils__read, files__raed, files__r*, files__w*]}
                tests: [{as: {issuer: nobody}, call: files__x, expect: deny}]
                """;
        KnownNames known = new KnownNames(Set.of("corp"), Set.of("files", "a"), Set.of("files__read", "a__b"));

        PolicyParse parse = PolicyParser.parse(List.of(source("p.yaml", yaml)), known);

        assertThat(((PolicyParse.Rejected) parse).problems())
                .extracting(Problem::render)
                .containsExactly(
                        "p.yaml:3:29: issuer 'crop' is not configured (at /rules/0/principals). Did you mean 'corp'?",
                        "p.yaml:5:9: issuer 'nobody' is not configured (at /tests/0).");
        assertThat(warnings(known, yaml.replace("crop", "corp").replace("nobody", "corp")))
                .containsExactly(
                        "p.yaml:4:69: upstream 'fils' is not configured (at /rules/1/resources/0). Did you mean 'files'?",
                        "p.yaml:4:81: 'files__raed' names no tool that is known now (at /rules/1/resources/1). Did you mean 'files__read'?",
                        "p.yaml:4:105: 'files__w*' names no tool that is known now (at /rules/1/resources/3).");
        assertThat(warnings(KnownNames.none(), yaml)).isEmpty();
    }

    @Test
    void aPermitThatTrustsEveryIssuerIsAWarningWhenThereAreSeveral() {
        String yaml = "version: 1\nrules:\n  - {id: a, effect: permit, principals: {subject: ann}, resources: a__b}\n";

        assertThat(warnings(new KnownNames(Set.of("corp", "partner"), Set.of(), Set.of()), yaml))
                .singleElement()
                .asString()
                .startsWith("p.yaml:3:29: the permit names no issuer");
        assertThat(warnings(new KnownNames(Set.of("corp"), Set.of(), Set.of()), yaml))
                .isEmpty();
    }

    @Test
    void aRuleThatAnUnconditionalForbidCoversIsAWarning() {
        String forbid = """
                version: 1
                rules:
                  - {id: off, effect: forbid, resources: ["files__*", crm__get]%s}
                  - {id: a, effect: permit, principals: {issuer: corp}, resources: [files__read, crm__get]}
                  - {id: b, effect: permit, principals: {issuer: corp}, resources: [files__read, crm__put]}
                """;

        assertThat(warnings(KnownNames.none(), forbid.formatted("")))
                .containsExactly(
                        "p.yaml:4:6: rule 'a' has no effect: 'off' forbids the same to everyone (at /rules/1/id). "
                                + "Remove one of them");
        assertThat(warnings(KnownNames.none(), forbid.formatted(", principals: {issuer: corp}")))
                .isEmpty();
        assertThat(warnings(KnownNames.none(), forbid.formatted(", valid_from: 2026-01-01")))
                .isEmpty();
    }

    @Test
    void aForbidOfAnotherActionCoversNothing() {
        String yaml = """
                version: 1
                rules:
                  - {id: off, effect: forbid, actions: %s, resources: "a__*"}
                  - {id: a, effect: permit, principals: {issuer: corp}, actions: [tools/call, prompts/get], resources: a__b}
                """;

        assertThat(warnings(KnownNames.none(), yaml.formatted("[tools/call, prompts/get]")))
                .singleElement()
                .asString()
                .contains("rule 'a' has no effect: 'off'");
        for (String other : List.of("tools/call", "[prompts/get, resources/read]", "sampling/createMessage")) {
            assertThat(warnings(KnownNames.none(), yaml.formatted(other))).isEmpty();
        }
    }

    @Test
    void aWildcardThatCanPermitNoResourceIsAWarning() {
        String yaml = """
                version: 1
                rules:
                  - {id: a, effect: %s, actions: resources/read, resources: "a__file:///%s"%s}
                """;
        String caller = ", principals: {issuer: corp}";

        for (String pattern : List.of("../*", "%2e%2E/*", "%64ocs/?")) {
            assertThat(warnings(KnownNames.none(), yaml.formatted("permit", pattern, caller)))
                    .singleElement()
                    .asString()
                    .contains("'a__file:///" + pattern + "' permits no resource");
            assertThat(warnings(KnownNames.none(), yaml.formatted("forbid", pattern, caller)))
                    .isEmpty();
        }
        for (String pattern : List.of("docs/*", "..*", "../x", "a..b/*")) {
            assertThat(warnings(KnownNames.none(), yaml.formatted("permit", pattern, caller)))
                    .isEmpty();
        }
    }

    @Test
    void onlyRulesAboutToolsAloneAreHeldAgainstTheKnownTools() {
        KnownNames known = new KnownNames(Set.of(), Set.of("a"), Set.of("a__b"));
        String yaml = """
                version: 1
                rules:
                  - {id: a, effect: forbid, actions: %s, resources: a__c}
                """;

        assertThat(warnings(known, yaml.formatted("tools/call"))).hasSize(1);
        assertThat(warnings(known, yaml.formatted("sampling/createMessage"))).hasSize(1);
        assertThat(warnings(known, yaml.formatted("prompts/get"))).isEmpty();
        assertThat(warnings(known, yaml.formatted("[tools/call, resources/read]")))
                .isEmpty();
        assertThat(warnings(known, "version: 1\ntools: [{names: a__c, read_only: true}]\n"))
                .isEmpty();
    }

    @Test
    void namesOfToolsAreShorterThanUris() {
        String yaml = "version: 1\nrules:\n  - {id: a, effect: forbid, actions: %s, resources: a__%s}\n";

        assertThat(problems(yaml.formatted("tools/call", "t".repeat(128)))).isEmpty();
        assertThat(problems(yaml.formatted("tools/call", "t".repeat(129)))).hasSize(1);
        assertThat(problems(yaml.formatted("prompts/get", "t".repeat(129)))).hasSize(1);
        assertThat(problems(yaml.formatted("resources/read", "t".repeat(2048)))).isEmpty();
        assertThat(problems(yaml.formatted("resources/read", "t".repeat(2049)))).hasSize(1);
    }

    @Test
    void anAcknowledgementThatIsNotNeededIsAWarning() {
        String yaml =
                "version: 1\nrules:\n  - {id: a, effect: permit, principals: {issuer: corp}, resources: a__b, ack_broad: true}\n";

        assertThat(warnings(KnownNames.none(), yaml))
                .singleElement()
                .asString()
                .contains("'ack_broad' is not needed here");
    }

    @Test
    void toolAndScreeningEntriesBecomeSettings() {
        String yaml = """
                version: 1
                tools:
                  - {names: "files__*", read_only: true, limits: {calls_per_minute: 6, result_bytes: 7}, on_large_result: truncate}
                screening:
                  - {tools: "*", injection: {mode: enforce, action: redact}, hidden: {mode: off}}
                """;

        ToolSettings settings = policy(yaml).settings(Calls.tool("files__read"));

        assertThat(settings.readOnly()).isTrue();
        assertThat(settings.callsPerMinute()).hasValue(6);
        assertThat(settings.resultBytesMax()).hasValue(7);
        assertThat(settings.onLargeResult()).isEqualTo(Oversize.TRUNCATE);
        assertThat(settings.screening().injection()).isEqualTo(new ScreenRule(ScreenMode.ENFORCE, ScreenAction.REDACT));
        assertThat(settings.screening().hidden().mode()).isEqualTo(ScreenMode.OFF);
    }

    @Test
    void theDocumentedExampleIsAPolicy() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int start = readme.indexOf("```yaml\nversion: 1\n") + "```yaml\n".length();

        Policy policy = policy(readme.substring(start, readme.indexOf("```", start)));

        assertThat(policy.rules()).isNotEmpty();
    }

    @Test
    void numbersOfRulesAndFilesAreBounded() {
        StringBuilder many = new StringBuilder("version: 1\nrules:\n");
        for (int i = 0; i < PolicyParser.RULES_MAX; i++) {
            many.append("- {id: r")
                    .append(i)
                    .append(", effect: forbid, resources: a__b")
                    .append(i)
                    .append("}\n");
        }

        assertThat(many.length()).isLessThan(YamlReader.BYTES_MAX);
        assertThat(problems(many.toString())).isEmpty();
        assertThat(problems(many.append("- {id: x, effect: forbid, resources: a__b}\n")
                        .toString()))
                .singleElement()
                .asString()
                .contains("more than 10000 rules");
        String[] files = new String[PolicyParser.FILES_MAX + 1];
        Arrays.fill(files, "");
        assertThat(problems(files)).singleElement().asString().contains("more than 100 files");
    }

    @Test
    void noInputMakesTheParserThrow() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("PolicyParserTest.noInputMakesTheParserThrow seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<String> corpus = CorpusCase.all().stream().map(CorpusCase::yaml).toList();
        for (int i = 0; i < 5_000; i++) {
            StringBuilder yaml = new StringBuilder(corpus.get(random.nextInt(corpus.size())));
            for (int edits = random.nextInt(1, 6); edits > 0 && !yaml.isEmpty(); edits--) {
                int at = random.nextInt(yaml.length());
                switch (random.nextInt(3)) {
                    case 0 -> yaml.deleteCharAt(at);
                    case 1 -> yaml.insert(at, " :-[]{}\"'*&?|\n1ax".charAt(random.nextInt(17)));
                    default -> {
                        String other = corpus.get(random.nextInt(corpus.size()));
                        yaml.insert(at, other, 0, random.nextInt(Math.min(30, other.length() + 1)));
                    }
                }
            }
            assertThat(parse(yaml.toString())).as(yaml.toString()).isNotNull();
        }
    }

    @Test
    void dataOfACallerMayGoWhereAllEntriesAboutItAllowIt() {
        Policy policy = parsed(KnownNames.none(), """
                version: 1
                models:
                  - {names: "model:*", residency: [eu, ch, us]}
                  - {names: ["model:gpt"], principals: {tenant: [acme, umbrella]}, residency: [eu, ch]}
                  - {names: ["model:gpt"], principals: {claims: {level: 1}}, residency: ch}
                """).policy();
        Subject acme = new Subject("corp", "u", null, Set.of(), Set.of(), Map.of(), "acme");
        Subject unclear = new Subject(
                "corp",
                "u",
                null,
                Set.of(),
                Set.of(),
                Map.of("level", JsonNodeFactory.instance.stringNode("1")),
                "acme");

        assertThat(policy.residency(Subject.of("corp", "u"), FeatureName.model("gpt"))
                        .words())
                .isEqualTo("ch, eu, us");
        assertThat(policy.residency(acme, FeatureName.model("gpt")).words()).isEqualTo("ch, eu");
        assertThat(policy.residency(acme, FeatureName.model("other")).words()).isEqualTo("ch, eu, us");
        // a claim that cannot be compared widens nothing
        assertThat(policy.residency(unclear, FeatureName.model("gpt")).words()).isEqualTo("ch");
        Residency only = policy.residency(acme, FeatureName.model("gpt"));
        assertThat(only.allows("eu")).isTrue();
        assertThat(only.allows("us")).isFalse();
        assertThat(only.allows("")).isFalse();
        assertThat(only.and(Residency.only(Set.of("us"))).words()).isEqualTo("nowhere");
        assertThat(Residency.ANYWHERE.allows("")).isTrue();
    }

    @Test
    void aPlaceThatNobodyIsInIsAWarningWhereModelsAreKnown() {
        String yaml = "version: 1\nmodels:\n  - {names: \"model:gpt\", residency: [eu, ue]}\n";
        KnownNames known = new KnownNames(Set.of(), Set.of(), Set.of(), Set.of("gpt"), Set.of("eu", "us"));

        assertThat(parsed(known, yaml).warnings())
                .extracting(Problem::message)
                .containsExactly("no provider and no target has the residency 'ue'");
        assertThat(parsed(KnownNames.none(), yaml).warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "EU", "'e u'", "{eu: true}", "''", "-eu"})
    void whatIsNoPlaceIsAProblem(String residency) {
        PolicyParse parse = PolicyParser.parse(
                List.of(new PolicySource(
                        "p.yaml",
                        ("version: 1\nmodels:\n  - {names: \"model:gpt\", residency: " + residency + "}\n")
                                .getBytes(StandardCharsets.UTF_8))),
                KnownNames.none());

        assertThat(parse).isInstanceOf(PolicyParse.Rejected.class);
    }

    private static PolicyParse.Parsed parsed(KnownNames known, String yaml) {
        return (PolicyParse.Parsed)
                PolicyParser.parse(List.of(new PolicySource("p.yaml", yaml.getBytes(StandardCharsets.UTF_8))), known);
    }

    @Test
    void ofSeveralEntriesAboutAModelTheStricterWordHolds() {
        PolicyParse parse = PolicyParser.parse(
                List.of(new PolicySource("p.yaml", """
                        version: 1
                        models:
                          - names: "model:*"
                            max_output_tokens: 500
                            max_input_bytes: 10
                            token_input: pass
                            allowed_tools: ["a*", "hosted:web"]
                            requests: {injection: {mode: shadow, action: block}}
                          - names: ["model:gpt"]
                            principals: {issuer: corp, groups: [contractors], claims: {level: 1}}
                            max_output_tokens: 100
                            allowed_tools: ["ab", "hosted:*"]
                            user_text: untrusted
                            token_input: refuse
                            requests: {injection: {mode: enforce, action: flag}}
                            lists: [{id: x, patterns: x, mode: enforce, action: block, in: answers}]
                        """.getBytes(StandardCharsets.UTF_8))), KnownNames.none());
        Policy policy = ((PolicyParse.Parsed) parse).policy();
        Subject plain = Subject.of("corp", "u");
        Subject contractor = new Subject(
                "corp",
                "u",
                null,
                Set.of("contractors"),
                Set.of(),
                Map.of("level", JsonNodeFactory.instance.numberNode(1)));
        Subject unclear = new Subject(
                "corp",
                "u",
                null,
                Set.of("contractors"),
                Set.of(),
                Map.of("level", JsonNodeFactory.instance.stringNode("1")));

        ModelRules general = policy.modelRules(plain, FeatureName.model("gpt"));
        ModelRules both = policy.modelRules(contractor, FeatureName.model("gpt"));

        assertThat(general.outputTokensMax()).hasValue(500);
        assertThat(general.tools()).hasSize(1);
        assertThat(both.outputTokensMax()).hasValue(100);
        assertThat(both.inputBytesMax()).hasValue(10);
        assertThat(both.userIsUntrusted()).isTrue();
        assertThat(general.tokenInput()).isEqualTo(TokenInput.PASS);
        assertThat(both.tokenInput()).isEqualTo(TokenInput.REFUSE);
        assertThat(both.requests().injection()).isEqualTo(new ScreenRule(ScreenMode.ENFORCE, ScreenAction.BLOCK));
        assertThat(both.requests().lists()).isEmpty();
        assertThat(both.answers().lists()).extracting(TextRule::id).containsExactly("x");
        assertThat(both.tools()).hasSize(2).allMatch(names -> names.allowsFunction("ab"));
        assertThat(both.tools()).anyMatch(names -> !names.allowsFunction("ac"));
        assertThat(both.tools()).allMatch(names -> names.allowsHosted("web"));
        assertThat(policy.modelRules(unclear, FeatureName.model("gpt")))
                .as("a condition that cannot be evaluated leaves no guardrail out")
                .isEqualTo(both);
        assertThat(policy.modelRules(contractor, FeatureName.model("claude")).outputTokensMax())
                .hasValue(500);
    }

    @Test
    void aGuardrailForAnIssuerThatIsNotThereIsAProblem() {
        PolicyParse parse = PolicyParser.parse(
                List.of(new PolicySource(
                        "p.yaml",
                        "version: 1\nmodels:\n  - {names: \"model:a\", principals: {issuer: crop}, max_input_bytes: 1}\n"
                                .getBytes(StandardCharsets.UTF_8))),
                new KnownNames(Set.of("corp"), Set.of(), Set.of()));

        assertThat(((PolicyParse.Rejected) parse).problems())
                .singleElement()
                .asString()
                .contains("issuer 'crop' is not configured");
    }
}
