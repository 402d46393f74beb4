package dev.mcpgateway.gateway.model.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.gateway.config.Models.Alias;
import dev.mcpgateway.gateway.config.Models.Capability;
import dev.mcpgateway.gateway.config.Models.Mismatch;
import dev.mcpgateway.gateway.config.Models.Strategy;
import dev.mcpgateway.gateway.config.Models.Target;
import dev.mcpgateway.gateway.config.Models.Tier;
import dev.mcpgateway.gateway.config.RouteRule;
import dev.mcpgateway.gateway.config.RouteRule.When;
import dev.mcpgateway.policy.Residency;
import dev.mcpgateway.policy.rules.cel.Expression;
import dev.mcpgateway.policy.rules.cel.Reading;
import dev.mcpgateway.policy.rules.cel.VariableType;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is asked, and in which order. */
class RouterTest {
    private static final Target ONE = new Target("p", "one");
    private static final Target TWO = new Target("q", "two");
    private static final Target THREE = new Target("r", "three");

    private static Target weighted(String name, int weight) {
        return new Target(name, name, weight, EnumSet.allOf(Capability.class), 0, List.of(), Mismatch.TELL, "");
    }

    private static Target able(String name, Set<Capability> capabilities, int contextTokens) {
        return new Target(name, name, 0, capabilities, contextTokens, List.of(), Mismatch.TELL, "");
    }

    private static Alias alias(Strategy strategy, boolean sticky, Tier... tiers) {
        return new Alias(List.of(tiers), strategy, sticky, Optional.empty(), Optional.empty(), List.of());
    }

    private static Alias ordered(Target... targets) {
        return new Alias(
                List.of(targets).stream().map(each -> new Tier(List.of(each))).toList(),
                Strategy.ORDERED,
                true,
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    private static Choice choose(Alias alias, Asked asked, Map<Target, Health> health) {
        return new Router(Map.of("a", alias))
                .choose(
                        "a",
                        asked,
                        _ -> true,
                        target -> health.getOrDefault(target, Health.WELL),
                        _ -> OptionalLong.empty());
    }

    private static List<Target> order(Choice choice) {
        return choice instanceof Choice.Order order ? order.targets() : List.of();
    }

    private static Target first(Alias alias, Asked asked) {
        return order(choose(alias, asked, Map.of())).getFirst();
    }

    private static Health health(BreakerState state, int percent, long opensInNanos, long coolsForNanos) {
        return new Health(state, percent, opensInNanos, coolsForNanos, 0, 1_000_000, 0);
    }

    @Test
    void targetsAreAskedInTheOrderOfTheFile() {
        assertThat(order(choose(ordered(ONE, TWO, THREE), Requests.chat("", "c"), Map.of())))
                .containsExactly(ONE, TWO, THREE);
    }

    @Test
    void dataStaysWhereItMayBeWhateverElseAsksForATarget() {
        Target us = at("us");
        Target eu = at("eu");
        Target unknown = at("");
        String chat = "{\"model\":\"m\",\"messages\":[]%s}";
        Alias alias = ordered(us, unknown, eu);
        Asked inEurope =
                Requests.asked(ModelApi.CHAT_COMPLETIONS, chat.formatted(""), "c", Residency.only(Set.of("eu", "ch")));
        Asked nowhere =
                Requests.asked(ModelApi.CHAT_COMPLETIONS, chat.formatted(""), "c", Residency.only(Set.of("ch")));
        Asked elsewhere = Requests.asked(
                ModelApi.CHAT_COMPLETIONS,
                chat.formatted(",\"inference_geo\":\"us\""),
                "c",
                Residency.only(Set.of("eu")));

        Choice choice = choose(alias, inEurope, Map.of());

        assertThat(order(choice)).containsExactly(eu);
        assertThat(choice.skips())
                .containsExactly(new Skip(us, Skip.Why.RESIDENCY), new Skip(unknown, Skip.Why.RESIDENCY));
        assertThat(new Router(Map.of("a", alias)).allowed("a", inEurope)).containsExactly(eu);
        assertThat(choose(alias, nowhere, Map.of())).isInstanceOf(Choice.NoTarget.class);
        assertThat(choose(alias, elsewhere, Map.of())).isInstanceOf(Choice.NoTarget.class);
        assertThat(order(choose(alias, Requests.chat("", "c"), Map.of()))).containsExactly(us, unknown, eu);
    }

    private static Target at(String place) {
        return new Target("p-" + place, "m", 0, EnumSet.allOf(Capability.class), 0, List.of(), Mismatch.TELL, place);
    }

    @Test
    void seventyToThirtyIsThatWithinTheBoundsOfChance() {
        Target seventy = weighted("seventy", 70);
        Target thirty = weighted("thirty", 30);
        Alias alias = alias(Strategy.WEIGHTED, false, new Tier(List.of(seventy, thirty)));
        int calls = 10_000;

        long more = IntStream.range(0, calls)
                .filter(each -> first(alias, Requests.chat("", "call-" + each)).equals(seventy))
                .count();

        // five standard deviations of a binomial distribution
        double slack = 5 * Math.sqrt(calls * 0.7 * 0.3);
        assertThat((double) more).isBetween(calls * 0.7 - slack, calls * 0.7 + slack);
    }

    @Test
    void aConversationStaysWithItsTargetAndOthersSpread() {
        Alias alias =
                alias(Strategy.WEIGHTED, true, new Tier(List.of(weighted("a", 1), weighted("b", 1), weighted("c", 1))));
        String turn = "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"s\"},"
                + "{\"role\":\"user\",\"content\":\"hello %d\"}%s]}";

        Map<Target, Integer> starts = new HashMap<>();
        for (int each = 0; each < 300; each++) {
            Target before =
                    first(alias, Requests.asked(ModelApi.CHAT_COMPLETIONS, turn.formatted(each, ""), "x" + each));
            Target after = first(
                    alias,
                    Requests.asked(
                            ModelApi.CHAT_COMPLETIONS,
                            turn.formatted(
                                    each,
                                    ",{\"role\":\"assistant\",\"content\":\"hi\"},{\"role\":\"user\",\"content\":\"and?\"}"),
                            "y" + each));
            assertThat(after).isEqualTo(before);
            starts.merge(before, 1, Integer::sum);
        }
        assertThat(starts).hasSize(3).allSatisfy((_, count) -> assertThat(count).isBetween(60, 140));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "systemInstruction":{"parts":[{"text":"s"}]} | "role":"user",
            "system_instruction":{"parts":[{"text":"s"}]} | "parts":[],"role":"user",
            "cachedContent":"c" | ~~
            """, quoteCharacter = '~')
    void aConversationOfGeminisStaysWithItsTargetAndOthersSpread(String instruction, String speaker) {
        Alias alias =
                alias(Strategy.WEIGHTED, true, new Tier(List.of(weighted("a", 1), weighted("b", 1), weighted("c", 1))));
        String turn = "{\"model\":\"m\"," + instruction + ",\"contents\":[{" + speaker + "\"said\":\"hello %d\"}%s]}";
        String more = ",{\"role\":\"model\",\"parts\":[]},{" + speaker + "\"said\":\"and?\"}";

        Map<Target, Integer> starts = new HashMap<>();
        for (int each = 0; each < 300; each++) {
            Target before =
                    first(alias, Requests.asked(ModelApi.GENERATE_CONTENT, turn.formatted(each, ""), "x" + each));
            Target after =
                    first(alias, Requests.asked(ModelApi.GENERATE_CONTENT, turn.formatted(each, more), "y" + each));
            assertThat(after).isEqualTo(before);
            starts.merge(before, 1, Integer::sum);
        }
        assertThat(starts).hasSize(3).allSatisfy((_, count) -> assertThat(count).isBetween(60, 140));
    }

    @Test
    void anotherInstructionIsAnotherConversation() {
        String asks = "{\"model\":\"m\",\"%s\":{\"parts\":[{\"text\":\"%s\"}]},\"contents\":[]}";

        for (String name : List.of("systemInstruction", "system_instruction")) {
            assertThat(Requests.asked(ModelApi.GENERATE_CONTENT, asks.formatted(name, "one"), "c")
                            .conversationHash())
                    .isNotEqualTo(Requests.asked(ModelApi.GENERATE_CONTENT, asks.formatted(name, "two"), "c")
                            .conversationHash());
        }
    }

    @Test
    void whenOneIsLeftOutNobodyElsesConversationsMove() {
        List<Target> three = List.of(weighted("a", 1), weighted("b", 1), weighted("c", 1));
        Alias alias = alias(Strategy.WEIGHTED, true, new Tier(three));
        Map<Target, Health> out = Map.of(three.getFirst(), health(BreakerState.OPEN, 0, 5, 0));

        for (int each = 0; each < 100; each++) {
            Asked asked = Requests.chat("", "call-" + each);
            Target before = first(alias, asked);
            if (!before.equals(three.getFirst())) {
                assertThat(order(choose(alias, asked, out)).getFirst()).isEqualTo(before);
            }
        }
    }

    @Test
    void aWeightedTierIsLeftOnlyWhenAllOfItFailed() {
        Alias alias = alias(
                Strategy.WEIGHTED, true, new Tier(List.of(weighted("a", 1), weighted("b", 9))), new Tier(List.of(ONE)));

        assertThat(order(choose(alias, Requests.chat("", "c"), Map.of())))
                .hasSize(3)
                .last()
                .isEqualTo(ONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ,"stream":true | STREAMING
            ,"tools":[{"type":"function"}] | TOOLS
            ,"response_format":{"type":"json_schema"} | SCHEMA
            ,"x":[{"type":"image_url","image_url":{"url":"data:"}}] | VISION
            """, quoteCharacter = '~')
    void whoLacksWhatIsNeededIsLeftOutWithItsReason(String more, Capability needed) {
        Target lame = able("lame", EnumSet.complementOf(EnumSet.of(needed)), 0);

        Choice choice = choose(ordered(lame, ONE), Requests.chat(more, "c"), Map.of());
        Choice plain = choose(ordered(lame, ONE), Requests.chat("", "c"), Map.of());

        assertThat(order(choice)).containsExactly(ONE);
        assertThat(choice.skips()).containsExactly(new Skip(lame, Skip.Why.CAPABILITY));
        assertThat(order(plain)).containsExactly(lame, ONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MESSAGES | ,"output_config":{"format":{"type":"json_schema","schema":{}}} | SCHEMA
            MESSAGES | ,"output_format":{"type":"json_schema","schema":{}} | SCHEMA
            GENERATE_CONTENT | ,"generationConfig":{"responseSchema":{"type":"OBJECT"}} | SCHEMA
            GENERATE_CONTENT | ,"generationConfig":{"responseJsonSchema":true} | SCHEMA
            GENERATE_CONTENT | ,"x":[{"inlineData":{"mimeType":"image/png","data":""}}] | VISION
            GENERATE_CONTENT | ,"x":[{"inline_data":{"mime_type":"IMAGE/JPEG","data":""}}] | VISION
            GENERATE_CONTENT | ,"x":[{"functionResponse":{"parts":[{"fileData":{"mimeType":"image/png"}}]}}] | VISION
            GENERATE_CONTENT | ,"x":[{"fileData":{"fileUri":"https://f"}}] | VISION
            GENERATE_CONTENT | ,"x":[{"file_data":{"file_uri":"https://f"}}] | VISION
            GENERATE_CONTENT | ,"tools":[{"function_declarations":[{"name":"x"}]}] | TOOLS
            """, quoteCharacter = '~')
    void whatIsNeededIsSeenInTheWordsOfEachProtocol(ModelApi api, String more, Capability needed) {
        Target lame = able("lame", EnumSet.complementOf(EnumSet.of(needed)), 0);
        Asked asked = Requests.asked(api, "{\"model\":\"m\"" + more + "}", "c");

        Choice choice = choose(ordered(lame, ONE), asked, Map.of());

        assertThat(order(choice)).containsExactly(ONE);
        assertThat(choice.skips()).containsExactly(new Skip(lame, Skip.Why.CAPABILITY));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CHAT_COMPLETIONS | ,"x":[{"type":"input_audio"},{"type":"file"}]
            RESPONSES | ,"text":{"format":{"type":"json_object"}},"input":[{"type":"input_file"}]
            MESSAGES | ,"output_format":null,"x":[{"type":"document"}]
            GENERATE_CONTENT | ,"generationConfig":{"responseMimeType":"application/json","responseSchema":null}
            GENERATE_CONTENT | ,"x":[{"inlineData":{"mimeType":"application/pdf"}},{"inlineData":{"mimeType":"audio/wav"}}]
            GENERATE_CONTENT | ,"x":[{"fileData":{"mimeType":"text/plain","fileUri":"https://f"}}]
            GENERATE_CONTENT | ,"x":{"properties":{"inlineData":{"type":"string"},"fileData":{"type":"object"}}}
            """, quoteCharacter = '~')
    void soundsAndDocumentsAreNoPicturesAndJsonIsNoSchema(ModelApi api, String more) {
        Target lame = able("lame", EnumSet.of(Capability.STREAMING, Capability.TOOLS), 0);
        Asked asked = Requests.asked(api, "{\"model\":\"m\"" + more + "}", "c");

        assertThat(order(choose(ordered(lame, ONE), asked, Map.of()))).containsExactly(lame, ONE);
        assertThat(leads("images || schema", asked)).isFalse();
    }

    @Test
    void whatDoesNotFitIntoTheContextIsForTheNextAndNeverCut() {
        Target small = able("small", EnumSet.allOf(Capability.class), 100);
        String text = ",\"x\":\"" + "word ".repeat(100) + "\"";

        Choice longer = choose(ordered(small, ONE), Requests.chat(text, "c"), Map.of());
        Choice shorter = choose(ordered(small, ONE), Requests.chat("", "c"), Map.of());
        Choice wordy = choose(ordered(small, ONE), Requests.chat(",\"max_tokens\":90", "c"), Map.of());

        assertThat(order(longer)).containsExactly(ONE);
        assertThat(longer.skips()).containsExactly(new Skip(small, Skip.Why.CONTEXT));
        assertThat(order(shorter)).containsExactly(small, ONE);
        assertThat(order(wordy)).as("the answer needs room, too").containsExactly(ONE);
    }

    @Test
    void aPictureIsNotCountedByItsBytes() {
        String picture = ",\"x\":\"data:image/png;base64," + "A".repeat(500_000) + "\"";

        assertThat(Requests.chat(picture, "c").inputTokens()).isBetween(1_600L, 2_000L);
        assertThat(Requests.chat(",\"x\":\"" + "\u6f22".repeat(300) + "\"", "c").inputTokens())
                .isBetween(400L, 500L);
    }

    @Test
    void whoIsLeftAloneIsNotAskedAndTheSoonestSaysWhenToComeBack() {
        Map<Target, Health> health = Map.of(
                ONE, health(BreakerState.OPEN, 0, 90_000_000_000L, 0),
                TWO, health(BreakerState.CLOSED, 100, 0, 40_000_000_000L));

        Choice some = choose(ordered(ONE, TWO, THREE), Requests.chat("", "c"), health);
        Choice none = choose(ordered(ONE, TWO), Requests.chat("", "c"), health);

        assertThat(order(some)).containsExactly(THREE);
        assertThat(some.skips()).containsExactly(new Skip(ONE, Skip.Why.BREAKER), new Skip(TWO, Skip.Why.COOLING));
        assertThat(none)
                .isInstanceOfSatisfying(
                        Choice.NoTarget.class,
                        nobody -> assertThat(nobody.retryAfterNanos()).isEqualTo(40_000_000_000L));
    }

    @Test
    void anOpenBreakerWhoseTimeIsOverMayBeProbed() {
        assertThat(order(choose(
                        ordered(ONE, TWO), Requests.chat("", "c"), Map.of(ONE, health(BreakerState.OPEN, 0, 0, 0)))))
                .containsExactly(ONE, TWO);
    }

    @Test
    void whoRampsUpGetsItsShare() {
        Map<Target, Health> ramp = Map.of(ONE, health(BreakerState.RAMP, 10, 0, 0));

        long got = IntStream.range(0, 5_000)
                .filter(each -> order(choose(ordered(ONE, TWO), Requests.chat("", "call-" + each), ramp))
                        .contains(ONE))
                .count();

        assertThat(got).isBetween(390L, 610L);
    }

    @Test
    void noTargetThatIsTheRequestsFaultHasNoTimeToComeBack() {
        Choice choice = choose(
                ordered(able("lame", EnumSet.noneOf(Capability.class), 0)),
                Requests.chat(",\"stream\":true", "c"),
                Map.of());

        assertThat(choice)
                .isInstanceOfSatisfying(
                        Choice.NoTarget.class,
                        nobody -> assertThat(nobody.retryAfterNanos()).isZero());
    }

    @Test
    void theQuickerOfTwoIsAskedFirst() {
        Alias alias = alias(Strategy.LATENCY, true, new Tier(List.of(ONE, TWO)));
        Map<Target, Health> health = Map.of(
                ONE, new Health(BreakerState.CLOSED, 100, 0, 0, 900, 1_000_000, 0),
                TWO, new Health(BreakerState.CLOSED, 100, 0, 0, 400, 1_000_000, 0));

        Map<Target, Health> crowded = Map.of(
                ONE, new Health(BreakerState.CLOSED, 100, 0, 0, 900, 1_000_000, 0),
                TWO, new Health(BreakerState.CLOSED, 100, 0, 0, 400, 1_000_000, 9));

        for (int each = 0; each < 50; each++) {
            Asked asked = Requests.chat("", "call-" + each);
            assertThat(order(choose(alias, asked, health))).containsExactly(TWO, ONE);
            assertThat(order(choose(alias, asked, crowded))).containsExactly(ONE, TWO);
        }
    }

    @Test
    void whoRefusesAtOnceIsNotTheQuickest() {
        Alias alias = alias(Strategy.LATENCY, true, new Tier(List.of(ONE, TWO)));
        Map<Target, Health> refusing = Map.of(
                ONE, new Health(BreakerState.CLOSED, 100, 0, 0, 900, 1_000_000, 0),
                TWO, new Health(BreakerState.CLOSED, 100, 0, 0, 0, 950_000, 0));
        Map<Target, Health> rarely = Map.of(
                ONE, new Health(BreakerState.CLOSED, 100, 0, 0, 900, 1_000_000, 0),
                TWO, new Health(BreakerState.CLOSED, 100, 0, 0, 400, 990_000, 0));
        Map<Target, Health> neverAnswered = Map.of(
                ONE, new Health(BreakerState.CLOSED, 100, 0, 0, 0, 900_000, 0),
                TWO, new Health(BreakerState.CLOSED, 100, 0, 0, 0, 950_000, 0));

        for (int each = 0; each < 50; each++) {
            Asked asked = Requests.chat("", "call-" + each);
            assertThat(order(choose(alias, asked, refusing))).containsExactly(ONE, TWO);
            assertThat(order(choose(alias, asked, rarely)))
                    .as("one failure of a hundred calls is not the end")
                    .containsExactly(TWO, ONE);
            assertThat(order(choose(alias, asked, neverAnswered))).containsExactly(TWO, ONE);
        }
    }

    @Test
    void whoFailedLeastIsAskedFirst() {
        Alias alias = alias(Strategy.SUCCESS, true, new Tier(List.of(ONE, TWO)));
        Map<Target, Health> health = Map.of(ONE, new Health(BreakerState.CLOSED, 100, 0, 0, 0, 800_000, 0));

        assertThat(order(choose(alias, Requests.chat("", "c"), health))).containsExactly(TWO, ONE);
        assertThat(order(choose(alias, Requests.chat("", "c"), Map.of()))).containsExactly(ONE, TWO);
    }

    private static Choice.Order byCost(Alias alias, String callId, Map<Target, Long> cost) {
        Choice choice = new Router(Map.of("a", alias))
                .choose(
                        "a",
                        Requests.chat("", callId),
                        _ -> true,
                        _ -> Health.WELL,
                        target -> cost.containsKey(target) ? OptionalLong.of(cost.get(target)) : OptionalLong.empty());
        return (Choice.Order) choice;
    }

    @Test
    void theCheapestOfATierIsAskedFirstAndWhoHasNoPriceLast() {
        Alias alias = alias(Strategy.COST, true, new Tier(List.of(ONE, TWO, THREE)));

        Choice.Order order = byCost(alias, "c", Map.of(TWO, 900L, THREE, 20L));

        assertThat(order.targets()).containsExactly(THREE, TWO, ONE);
        assertThat(order.offers()).extracting(Offer::text).containsExactly("nano_usd_20", "nano_usd_900", "unpriced");
    }

    @Test
    void aDearTierGoesBeforeACheapOneBelowIt() {
        Alias alias = alias(Strategy.COST, true, new Tier(List.of(ONE)), new Tier(List.of(TWO, THREE)));

        Choice.Order order = byCost(alias, "c", Map.of(ONE, 900L, TWO, 5L, THREE, 4L));

        assertThat(order.targets()).containsExactly(ONE, THREE, TWO);
        assertThat(order.offers()).as("the first tier had no choice").hasSize(2);
    }

    @Test
    void whoCostTheSameAreDrawnByTheirWeights() {
        Target heavy = weighted("heavy", 3);
        Target light = weighted("light", 1);
        Alias alias = alias(Strategy.COST, false, new Tier(List.of(heavy, light, ONE)));
        int heavies = 0;

        for (int each = 0; each < 1_000; each++) {
            Choice.Order order = byCost(alias, "call-" + each, Map.of(heavy, 7L, light, 7L, ONE, 8L));
            assertThat(order.targets()).last().isEqualTo(ONE);
            heavies += order.targets().getFirst().equals(heavy) ? 1 : 0;
        }

        assertThat(heavies).isBetween(690, 810);
    }

    @Test
    void whoIsLeftAloneIsNotAskedForBeingCheap() {
        Alias alias = alias(Strategy.COST, true, new Tier(List.of(ONE, TWO)));
        Choice choice = new Router(Map.of("a", alias))
                .choose(
                        "a",
                        Requests.chat("", "c"),
                        _ -> true,
                        target -> target.equals(ONE) ? health(BreakerState.OPEN, 0, 5, 0) : Health.WELL,
                        _ -> OptionalLong.of(1));

        assertThat(order(choice)).containsExactly(TWO);
    }

    private static When when(
            Optional<Boolean> stream, Optional<Boolean> tools, OptionalInt max, Map<String, String> parameters) {
        return new When(stream, tools, OptionalInt.empty(), max, parameters, Set.of(), Set.of(), Optional.empty());
    }

    @Test
    void theFirstRuleWhoseConditionsAllHoldLeads() {
        When hard = when(
                Optional.empty(), Optional.empty(), OptionalInt.empty(), Map.of("reasoning_effort", "high", "n", "2"));
        When cheap = when(Optional.of(false), Optional.of(false), OptionalInt.of(30), Map.of());
        When free = new When(
                Optional.empty(),
                Optional.empty(),
                OptionalInt.of(31),
                OptionalInt.empty(),
                Map.of(),
                Set.of("support"),
                Set.of("acme"),
                Optional.empty());
        Alias alias = new Alias(
                ordered(ONE, TWO).tiers(),
                Strategy.ORDERED,
                true,
                Optional.empty(),
                Optional.empty(),
                List.of(
                        new RouteRule(hard, "other", List.of()),
                        new RouteRule(cheap, "", List.of(1)),
                        new RouteRule(free, "", List.of(1, 0))));
        Router router = new Router(Map.of("a", alias, "other", ordered(THREE)));

        assertThat(led(router, ",\"reasoning_effort\":\"high\",\"n\":2")).isEqualTo("1 [three]");
        assertThat(led(router, ",\"reasoning_effort\":\"high\"")).isEqualTo("2 [two]");
        assertThat(led(router, ",\"stream\":true")).isEqualTo("0 [one, two]");
        assertThat(led(router, ",\"tools\":[]")).isEqualTo("2 [two]");
        assertThat(led(router, ",\"tools\":[{}]")).isEqualTo("0 [one, two]");
        assertThat(led(router, ",\"x\":\"" + "word ".repeat(40) + "\"")).isEqualTo("3 [two, one]");
    }

    @Test
    void whoAnswersForAnotherHasAHedgeOfItsOwn() {
        When streamed = when(Optional.of(true), Optional.empty(), OptionalInt.empty(), Map.of());
        When offered = when(Optional.of(false), Optional.of(true), OptionalInt.empty(), Map.of());
        Alias slow = new Alias(
                ordered(ONE, TWO).tiers(),
                Strategy.ORDERED,
                true,
                Optional.empty(),
                Optional.of(Duration.ofSeconds(1)),
                List.of(new RouteRule(streamed, "other", List.of()), new RouteRule(offered, "", List.of(1, 0))));
        Router router = new Router(Map.of("a", slow, "other", ordered(THREE)));

        assertThat(hedge(router, "")).contains(Duration.ofSeconds(1));
        assertThat(hedge(router, ",\"tools\":[{}]")).contains(Duration.ofSeconds(1));
        assertThat(hedge(router, ",\"stream\":true")).isEmpty();
    }

    private static When expression(String text) {
        Map<String, VariableType> all = Map.ofEntries(
                Map.entry("protocol", VariableType.TEXT),
                Map.entry("alias", VariableType.TEXT),
                Map.entry("stream", VariableType.FLAG),
                Map.entry("input_tokens", VariableType.WHOLE),
                Map.entry("max_output_tokens", VariableType.WHOLE),
                Map.entry("temperature", VariableType.NUMBER),
                Map.entry("tools", VariableType.TEXTS),
                Map.entry("tool_choice", VariableType.TEXT),
                Map.entry("images", VariableType.FLAG),
                Map.entry("schema", VariableType.FLAG),
                Map.entry("reasoning", VariableType.TEXT),
                Map.entry("groups", VariableType.TEXTS),
                Map.entry("tenant", VariableType.TEXT),
                Map.entry("subject", VariableType.TEXT));
        return switch (Expression.read(text, all)) {
            case Reading.Good(Expression expression) ->
                new When(
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        Map.of(),
                        Set.of(),
                        Set.of(),
                        Optional.of(expression));
            case Reading.Bad bad -> throw new AssertionError(bad);
        };
    }

    private static Router ruled(When... whens) {
        List<RouteRule> rules = Stream.of(whens)
                .map(when -> new RouteRule(when, "", List.of(1)))
                .toList();
        return new Router(Map.of(
                "a",
                new Alias(
                        ordered(ONE, TWO).tiers(), Strategy.ORDERED, true, Optional.empty(), Optional.empty(), rules)));
    }

    private static boolean leads(String expression, Asked asked) {
        Choice choice = ruled(expression(expression))
                .choose("a", asked, _ -> true, _ -> Health.WELL, _ -> OptionalLong.empty());
        return order(choice).equals(List.of(TWO));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            protocol == "chat_completions" | | true
            alias == "a" && tenant == "acme" && subject == "alice" && groups == ["support"] | | true
            stream | ,"stream":true | true
            stream | | false
            input_tokens < 30 | | true
            max_output_tokens == 0 | | true
            max_output_tokens == 77 | ,"max_completion_tokens":77 | true
            temperature == 1.0 && temperature < 2 | | true
            temperature < 0.5 | ,"temperature":0.2 | true
            tools == ["f", "g", "web_search"] | ,"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","name":"g"},{"type":"web_search"}] | true
            tools == ["old"] | ,"functions":[{"name":"old"}] | true
            tools == ["x", "y"] | ,"tools":[{"functionDeclarations":[{"name":"x"},{"name":"y"}]}] | true
            tools.exists(t, t.startsWith("db_")) | ,"tools":[{"name":"db_write"}] | true
            size(tools) == 0 | ,"tools":"none" | true
            tool_choice == "required" | ,"tool_choice":"required" | true
            tool_choice == "tool" | ,"tool_choice":{"type":"tool","name":"f"} | true
            tool_choice == "" | | true
            images | ,"x":{"type":"image_url"} | true
            schema | ,"response_format":{"type":"json_schema"} | true
            reasoning == "high" | ,"reasoning_effort":"high" | true
            reasoning == "low" | ,"reasoning":{"effort":"low"} | true
            reasoning == "enabled" | ,"thinking":{"type":"enabled"} | true
            reasoning == "" | | true
            """, quoteCharacter = '~')
    void anExpressionSeesTheRequestAndItsCaller(String expression, String more, boolean holds) {
        assertThat(leads(expression, Requests.chat(more == null ? "" : more, "c")))
                .isEqualTo(holds);
    }

    @Test
    void aGeminiRequestHasItsPartsElsewhere() {
        Asked asked = Requests.asked(
                ModelApi.GENERATE_CONTENT,
                "{\"model\":\"m\",\"generationConfig\":{\"temperature\":0.1,\"maxOutputTokens\":9},"
                        + "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"ANY\"}}}",
                "c");

        assertThat(leads("temperature < 0.2 && max_output_tokens == 9 && tool_choice == \"ANY\"", asked))
                .isTrue();
        assertThat(leads("protocol == \"generate_content\"", asked)).isTrue();
    }

    @Test
    void aGeminiRequestMayBeWrittenInGooglesOtherForm() {
        Asked asked = Requests.asked(
                ModelApi.GENERATE_CONTENT,
                "{\"model\":\"m\",\"tools\":[{\"function_declarations\":[{\"name\":\"x\"}],"
                        + "\"functionDeclarations\":[{\"name\":\"y\"}]}],"
                        + "\"tool_config\":{\"function_calling_config\":{\"mode\":\"ANY\"}},"
                        + "\"generationConfig\":{\"thinkingConfig\":{\"thinking_level\":\"LOW\"}}}",
                "c");

        assertThat(leads("\"x\" in tools && \"y\" in tools && tool_choice == \"ANY\" && reasoning == \"LOW\"", asked))
                .isTrue();
    }

    @Test
    void aRuleThatCannotBeDecidedSendsTheCallNowhere() {
        Router router = ruled(expression("stream"), expression("tools[0] == \"x\""), expression("true"));
        Asked asked = Requests.chat("", "c");

        assertThat(router.choose("a", asked, _ -> true, _ -> Health.WELL, _ -> OptionalLong.empty()))
                .isEqualTo(new Choice.Undecided(2, "index_out_of_bounds"));
        assertThat(router.allowed("a", asked)).isEmpty();
    }

    @Test
    void aNameLongerThanNamesAreIsNotLookedThrough() {
        Asked asked = Requests.chat(",\"tools\":[{\"name\":\"" + "x".repeat(300) + "\"}]", "c");

        assertThat(ruled(expression("tools.exists(t, t.matches(\"^x+$\"))"))
                        .choose("a", asked, _ -> true, _ -> Health.WELL, _ -> OptionalLong.empty()))
                .isEqualTo(new Choice.Undecided(1, "a variable has no value"));
    }

    @Test
    void otherConditionsOfTheSameRuleAreLookedAtFirst() {
        When both = new When(
                Optional.of(true),
                Optional.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Map.of(),
                Set.of(),
                Set.of(),
                expression("tools[0] == \"x\"").expression());

        assertThat(ruled(both)
                        .choose("a", Requests.chat("", "c"), _ -> true, _ -> Health.WELL, _ -> OptionalLong.empty()))
                .isInstanceOf(Choice.Order.class);
    }

    private static String led(Router router, String more) {
        Choice choice =
                router.choose("a", Requests.chat(more, "c"), _ -> true, _ -> Health.WELL, _ -> OptionalLong.empty());
        return choice instanceof Choice.Order order
                ? order.rule() + " "
                        + order.targets().stream().map(Target::model).toList()
                : "none";
    }

    private static Optional<Duration> hedge(Router router, String more) {
        Choice choice =
                router.choose("a", Requests.chat(more, "c"), _ -> true, _ -> Health.WELL, _ -> OptionalLong.empty());
        return choice instanceof Choice.Order order ? order.hedge() : Optional.empty();
    }

    @Test
    void aPlanDependsOnItsArgumentsAlone() {
        Alias alias = alias(Strategy.WEIGHTED, true, new Tier(List.of(weighted("a", 3), weighted("b", 2))));

        for (int each = 0; each < 100; each++) {
            String id = "call-" + each;
            assertThat(choose(alias, Requests.chat("", id), Map.of()))
                    .isEqualTo(choose(alias, Requests.chat("", id), Map.of()));
        }
    }
}
