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
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is asked, and in which order. */
class RouterTest {
    private static final Target ONE = new Target("p", "one");
    private static final Target TWO = new Target("q", "two");
    private static final Target THREE = new Target("r", "three");

    private static Target weighted(String name, int weight) {
        return new Target(name, name, weight, EnumSet.allOf(Capability.class), 0, List.of(), Mismatch.TELL);
    }

    private static Target able(String name, Set<Capability> capabilities, int contextTokens) {
        return new Target(name, name, 0, capabilities, contextTokens, List.of(), Mismatch.TELL);
    }

    private static Alias alias(Strategy strategy, boolean sticky, Tier... tiers) {
        return new Alias(List.of(tiers), strategy, sticky, Optional.empty(), List.of());
    }

    private static Alias ordered(Target... targets) {
        return new Alias(
                List.of(targets).stream().map(each -> new Tier(List.of(each))).toList(),
                Strategy.ORDERED,
                true,
                Optional.empty(),
                List.of());
    }

    private static Choice choose(Alias alias, Asked asked, Map<Target, Health> health) {
        return new Router(Map.of("a", alias))
                .choose("a", asked, _ -> true, target -> health.getOrDefault(target, Health.WELL), _ -> OptionalLong.empty());
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
                        target -> cost.containsKey(target)
                                ? OptionalLong.of(cost.get(target))
                                : OptionalLong.empty());
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
        return new When(stream, tools, OptionalInt.empty(), max, parameters, Set.of(), Set.of());
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
                Set.of("acme"));
        Alias alias = new Alias(
                ordered(ONE, TWO).tiers(),
                Strategy.ORDERED,
                true,
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

    private static String led(Router router, String more) {
        Choice choice = router.choose("a", Requests.chat(more, "c"), _ -> true, _ -> Health.WELL, _ -> OptionalLong.empty());
        return choice instanceof Choice.Order order
                ? order.rule() + " "
                        + order.targets().stream().map(Target::model).toList()
                : "none";
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
