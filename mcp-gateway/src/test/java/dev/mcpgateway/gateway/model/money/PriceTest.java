package dev.mcpgateway.gateway.model.money;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.policy.yaml.Problem;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Costs are exact, and a file of prices means what its reviewer reads. */
class PriceTest {
    private static final LocalDate DAY = LocalDate.parse("2026-06-15");

    private static Price price(Rates rates) {
        return new Price(rates, List.of(), 0, Map.of(), OptionalLong.empty(), OptionalLong.empty());
    }

    private static PriceTable table(String rows) {
        return switch (PriceFile.read("p.yaml", ("version: 1\nprices:\n" + rows).getBytes(StandardCharsets.UTF_8))) {
            case PriceFile.Read.Good(PriceTable table) -> table;
            case PriceFile.Read.Bad(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private static String row(String model, String from, String input) {
        return "  - {provider: acme, model: \"" + model + "\", effective_from: \"" + from
                + "\", per_million_tokens: {input: \"" + input + "\", output: \"1\"}}\n";
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "80, 1", "81, 2", "160, 2", "161, 3", "1000000, 12500"})
    void aCostIsRoundedUpOnceToANanoDollar(long tokens, long nano) {
        // "0.0000125" for a million is 12500 nano-USD
        Price price = price(new Rates(12_500, 0, 0, 0, 0, 0));

        assertThat(price.cost(new ModelUsage(tokens, 0, 0, 0, 0, 0), Terms.PLAIN))
                .isEqualTo(nano);
    }

    @Test
    void arithmeticIsThatOfBigDecimal() {
        long seed = 20261122;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            long[] rate = random.longs(6, 0, 1L << (1 + random.nextInt(50))).toArray();
            long cacheRead = random.nextInt(1 << random.nextInt(1, 31));
            long hour = random.nextInt(1 << random.nextInt(1, 31));
            long write = hour + random.nextInt(1 << random.nextInt(1, 31));
            long input = cacheRead + write + random.nextInt(1 << random.nextInt(1, 31));
            long reasoning = random.nextInt(1 << random.nextInt(1, 31));
            long output = reasoning + random.nextInt(1 << random.nextInt(1, 31));
            long factor = random.nextInt(1, 30_000);
            long fee = random.nextInt(1_000_000);
            Price price = new Price(
                    new Rates(rate[0], rate[1], rate[2], rate[3], rate[4], rate[5]),
                    List.of(),
                    fee,
                    Map.of("flex", factor),
                    OptionalLong.empty(),
                    OptionalLong.empty());

            BigDecimal exact = sum(
                            rate,
                            input - cacheRead - write,
                            cacheRead,
                            write - hour,
                            hour,
                            output - reasoning,
                            reasoning)
                    .multiply(BigDecimal.valueOf(factor, 4))
                    .movePointLeft(6)
                    .setScale(0, RoundingMode.CEILING)
                    .add(BigDecimal.valueOf(fee))
                    .min(BigDecimal.valueOf(Price.NANO_USD_MAX));

            ModelUsage usage = new ModelUsage(input, cacheRead, write, hour, output, reasoning);
            assertThat(price.cost(
                            new ModelUsage(
                                    input,
                                    cacheRead,
                                    write,
                                    hour,
                                    output,
                                    reasoning,
                                    new ModelUsage.Medium(input - cacheRead - write, 0, output - reasoning),
                                    new ModelUsage.Medium(0, 0, 0)),
                            new Terms("flex", "", "")))
                    .as("sound without a price is text, seed " + seed)
                    .isEqualTo(exact.longValueExact());
            assertThat(price.cost(usage, new Terms("flex", "", "")))
                    .as("seed " + seed)
                    .isEqualTo(exact.longValueExact());
            assertThat(price.atMost(input, output, new Terms("flex", "", "")))
                    .as("seed " + seed)
                    .isGreaterThanOrEqualTo(price.cost(usage, new Terms("flex", "", "")));
        }
    }

    private static BigDecimal sum(long[] rates, long... tokens) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < rates.length; i++) {
            sum = sum.add(BigDecimal.valueOf(rates[i]).multiply(BigDecimal.valueOf(tokens[i])));
        }
        return sum;
    }

    @Test
    void soundsAndPicturesAreNoTextWhereTheyHaveAPriceOfTheirOwn() {
        long seed = 20261123;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            long[] rate = random.longs(12, 0, 1L << (1 + random.nextInt(45))).toArray();
            long[] tokens = random.longs(10, 0, 1L << (1 + random.nextInt(30))).toArray();
            Rates rates = new Rates(
                    rate[0],
                    rate[1],
                    rate[2],
                    rate[2],
                    rate[3],
                    rate[4],
                    new Rates.Medium(rate[5], rate[6], rate[7]),
                    new Rates.Medium(rate[8], rate[9], rate[10]));
            // plain, read, written, shown, thought, heard, heard from a cache, said, seen, painted
            ModelUsage usage = new ModelUsage(
                    tokens[0] + tokens[1] + tokens[2] + tokens[5] + tokens[6] + tokens[8],
                    tokens[1] + tokens[6],
                    tokens[2],
                    0,
                    tokens[3] + tokens[4] + tokens[7] + tokens[9],
                    tokens[4],
                    new ModelUsage.Medium(tokens[5] + tokens[6], tokens[6], tokens[7]),
                    new ModelUsage.Medium(tokens[8], 0, tokens[9]));
            long[] each = {rate[0], rate[1], rate[2], rate[3], rate[4], rate[5], rate[6], rate[7], rate[8], rate[10]};
            Map<String, Long> uses = Map.of("a", 3L, "b", 5L, "c", 7L);
            Price price = new Price(
                    rates,
                    List.of(),
                    0,
                    new ToolPrices(Map.of("a", rate[11]), Map.of("b", 11L)),
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    OptionalLong.empty(),
                    OptionalLong.empty());

            assertThat(price.cost(usage, uses, Terms.PLAIN))
                    .as("seed " + seed)
                    .isEqualTo(sum(each, tokens)
                            .movePointLeft(6)
                            .setScale(0, RoundingMode.CEILING)
                            .add(BigDecimal.valueOf(rate[11]).multiply(BigDecimal.valueOf(3)))
                            .add(BigDecimal.valueOf(11))
                            .min(BigDecimal.valueOf(Price.NANO_USD_MAX))
                            .longValueExact());
            assertThat(price.atMost(usage.input(), usage.output(), false, uses, Terms.PLAIN))
                    .as("seed " + seed)
                    .isGreaterThanOrEqualTo(price.cost(usage, uses, Terms.PLAIN));
        }
    }

    @Test
    void noUsageOverflows() {
        long huge = 999_999_999_999_999L;
        Price price = price(new Rates(huge, huge, huge, huge, huge, huge));

        assertThat(price.cost(new ModelUsage(huge, huge, huge, huge, huge, huge), Terms.PLAIN))
                .isEqualTo(Price.NANO_USD_MAX);
        assertThat(new Amount(Long.MAX_VALUE, 1, 1).plus(new Amount(1, 1, 1)).nanoUsd())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void longRequestsHaveTheirOwnPrices() {
        PriceTable table = table("""
                  - provider: acme
                    model: m
                    effective_from: "2020-01-01"
                    per_million_tokens: {input: "1", output: "1"}
                    long_context: [{above_input_tokens: 10, per_million_tokens: {input: "2", output: "3"}}]
                """);
        Price price = table.find("acme", "m", DAY).orElseThrow();

        assertThat(price.cost(new ModelUsage(10, 0, 0, 0, 1, 0), Terms.PLAIN)).isEqualTo(11_000);
        assertThat(price.cost(new ModelUsage(11, 0, 0, 0, 1, 0), Terms.PLAIN)).isEqualTo(25_000);
        assertThat(price.atMost(11, 1, Terms.PLAIN)).isEqualTo(25_000);
    }

    @Test
    void theClosestAndLatestRowHolds() {
        PriceTable table = table(row("*", "2020-01-01", "1")
                + row("big-*", "2020-01-01", "2")
                + row("big-1", "2020-01-01", "3")
                + row("big-1", "2026-06-15", "4")
                + row("big-1", "2026-06-16", "5"));

        assertThat(input(table, "big-1", DAY.minusDays(1))).isEqualTo(3_000_000_000L);
        assertThat(input(table, "big-1", DAY)).isEqualTo(4_000_000_000L);
        assertThat(input(table, "big-2", DAY)).isEqualTo(2_000_000_000L);
        assertThat(input(table, "small", DAY)).isEqualTo(1_000_000_000L);
        assertThat(table.find("acme", "small", LocalDate.parse("2019-12-31"))).isEmpty();
        assertThat(table.find("other", "small", DAY)).isEmpty();
    }

    private static long input(PriceTable table, String model, LocalDate day) {
        return table.find("acme", model, day).orElseThrow().rates().input();
    }

    @Test
    void whatIsNotWrittenCostsWhatItIsPartOf() {
        Rates rates = table(row("m", "2020-01-01", "0.0125"))
                .rows()
                .getFirst()
                .price()
                .rates();

        assertThat(rates)
                .isEqualTo(new Rates(12_500_000, 12_500_000, 12_500_000, 12_500_000, 1_000_000_000, 1_000_000_000));
    }

    @Test
    void aServiceTierWithoutAFactorHasNoPrice() {
        Price price = table("""
                  - provider: acme
                    model: m
                    effective_from: "2020-01-01"
                    per_million_tokens: {input: "1", output: "1"}
                    service_tiers: {flex: "0.5"}
                """).rows().getFirst().price();

        assertThat(price.has(new Terms("flex", "", ""))).isTrue();
        assertThat(price.has(new Terms("auto", "", ""))).isTrue();
        assertThat(price.has(new Terms("priority", "", ""))).isFalse();
        assertThat(price.cost(new ModelUsage(3, 0, 0, 0, 0, 0), new Terms("flex", "", "")))
                .isEqualTo(1_500);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            input: 0.5      | it must be text
            input: "-1"     | is no price
            input: "1e3"    | is no price
            input: "01"     | is no price
            input: "1.0000000001" | is no price
            inptu: "1"      | unknown key
            """)
    void whatIsNoPriceIsAProblem(String input, String problem) {
        String file = "version: 1\nprices:\n  - {provider: a, model: m, effective_from: \"2020-01-01\","
                + " per_million_tokens: {output: \"1\", " + input + "}}\n";

        assertThat(PriceFile.read("p.yaml", file.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        PriceFile.Read.Bad.class,
                        bad -> assertThat(bad.problems())
                                .anySatisfy(each -> assertThat(each.message()).contains(problem)));
    }

    @Test
    void toolsAreBilledByUseOrOnceACallAndFactorsDoNotChangeThat() {
        Price price = price("""
                    tools: {web_search: "0.01"}
                    tools_per_call: {web_search: "0.001", code_interpreter: "0.03"}
                    service_tiers: {batch: "0.5"}
                """);
        ModelUsage usage = new ModelUsage(10, 0, 0, 0, 0, 0);
        Map<String, Long> uses = Map.of("web_search", 3L, "code_interpreter", 4L, "web_fetch", 9L);

        assertThat(price.cost(usage, uses, new Terms("batch", "", ""))).isEqualTo(5_000 + 31_000_000 + 30_000_000);
        assertThat(price.atMost(10, 0, true, uses, new Terms("batch", "", "")))
                .isEqualTo(10_000 + 31_000_000 + 30_000_000);
        assertThat(price.covers(usage, uses)).isTrue();
        assertThat(price.covers(usage, Map.of("file_search", 1L))).isFalse();
        assertThat(price.cost(usage, Map.of("file_search", 1L), Terms.PLAIN)).isEqualTo(10_000);
    }

    @Test
    void soundIsNeverCheaperInALongRequestBecauseNobodyWroteItThere() {
        Price price = price("""
                    long_context: [{above_input_tokens: 10, per_million_tokens: {input: "2", output: "3"}}]
                """, "audio_input: \"8\", audio_output: \"9\"");
        ModelUsage sound = new ModelUsage(20, 5, 0, 0, 1, 0, new ModelUsage.Medium(20, 5, 1), ModelUsage.Medium.NONE);

        assertThat(price.cost(sound, Terms.PLAIN)).isEqualTo(20 * 8_000 + 9_000);
        assertThat(price.covers(sound, Map.of())).isTrue();
    }

    @Test
    void soundAndMadePicturesNeedAPriceAndSeenPicturesAreText() {
        Price price = price("");
        ModelUsage.Medium none = ModelUsage.Medium.NONE;

        assertThat(price.covers(media(new ModelUsage.Medium(1, 0, 0), none), Map.of()))
                .isFalse();
        assertThat(price.covers(media(new ModelUsage.Medium(0, 0, 1), none), Map.of()))
                .isFalse();
        assertThat(price.covers(media(none, new ModelUsage.Medium(0, 0, 1)), Map.of()))
                .isFalse();
        assertThat(price.covers(media(none, new ModelUsage.Medium(1, 0, 0)), Map.of()))
                .isTrue();
    }

    private static ModelUsage media(ModelUsage.Medium audio, ModelUsage.Medium image) {
        return new ModelUsage(10, 0, 0, 0, 10, 0, audio, image);
    }

    @Test
    void whatTheRequestLeavesOpenIsSetAsideAtTheDearestTerms() {
        Price price = price("""
                    service_tiers: {flex: "0.5", priority: "1.75"}
                    inference_geos: {us: "1.1"}
                """);

        assertThat(price.atMost(1_000, 0, new Terms("", "", ""))).isEqualTo(1_925_000);
        assertThat(price.atMost(1_000, 0, new Terms("auto", "", "global"))).isEqualTo(1_750_000);
        assertThat(price.atMost(1_000, 0, new Terms("default", "", "global"))).isEqualTo(1_000_000);
        assertThat(price.atMost(1_000, 0, new Terms("flex", "", "global")))
                .as("it may be served on plain terms")
                .isEqualTo(1_000_000);
    }

    /** A row of 1 dollar for a million tokens each way, with more keys. */
    private static Price price(String keys, String... rates) {
        return table("""
                  - provider: acme
                    model: m
                    effective_from: "2020-01-01"
                    per_million_tokens: {%s}
                """.formatted(String.join(
                                ", ",
                                Stream.concat(Stream.of("input: \"1\"", "output: \"1\""), Stream.of(rates))
                                        .toList()))
                        + keys.indent(0))
                .rows()
                .getFirst()
                .price();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tools: {"Web Search": "1"}                                   | is no name of a tool
            tools: {web_search: "free"}                                  | is no price
            per_million_tokens: {input: "1", output: "1", audio_cache_read: "1"} | it needs audio_input
            """)
    void whatNoToolIsCalledIsAProblem(String key, String problem) {
        String file = "version: 1\nprices:\n  - {provider: a, model: m, effective_from: \"2020-01-01\", " + key
                + (key.startsWith("tools") ? ", per_million_tokens: {input: \"1\", output: \"1\"}" : "") + "}\n";

        assertThat(PriceFile.read("p.yaml", file.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        PriceFile.Read.Bad.class,
                        bad -> assertThat(bad.problems())
                                .anySatisfy(each -> assertThat(each.message()).contains(problem)));
    }

    @Test
    void aRowOfTheLedgerThatWasKeptBeforeToolsWereCountedIsRead() {
        assertThat(Used.of("1 2 3 4 5 6 7 8 9"))
                .isEqualTo(new Used(1, 2, 3, 4, 5, 6, 0, 0, 0, 7, 8, 9))
                .extracting(Used::text)
                .extracting(Used::of)
                .isEqualTo(new Used(1, 2, 3, 4, 5, 6, 0, 0, 0, 7, 8, 9));
        Used whole = new Used(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        assertThat(Used.of(whole.text())).isEqualTo(whole);
    }

    @Test
    void theExampleIsAFileOfPrices() {
        assertThat(PriceFile.read(Path.of("docs/prices.example.yaml"))).isInstanceOf(PriceFile.Read.Good.class);
    }

    @Test
    void theSameRowTwiceIsAProblem() {
        String file = "version: 1\nprices:\n" + row("m", "2020-01-01", "1") + row("m", "2020-01-01", "2");

        assertThat(PriceFile.read("p.yaml", file.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(PriceFile.Read.Bad.class);
    }

    @Test
    void speedAndPlaceOfInferenceHaveFactorsThatMultiply() {
        String plain = row("m", "2020-01-01", "1");
        Price price = table(plain.replace("}}", "}, speeds: {fast: \"6\"}, inference_geos: {us: \"1.1\"}}"))
                .find("acme", "m", DAY)
                .orElseThrow();
        ModelUsage usage = new ModelUsage(10, 0, 0, 0, 0, 0);

        assertThat(price.cost(usage, new Terms("", "fast", "us"))).isEqualTo(66_000);
        assertThat(price.atMost(10, 0, new Terms("", "", "us"))).isEqualTo(11_000);
        assertThat(price.cost(usage, new Terms("standard_only", "standard", "global")))
                .isEqualTo(10_000);
        assertThat(price.has(new Terms("", "fast", "us"))).isTrue();
        assertThat(price.has(new Terms("", "slow", ""))).isFalse();
        assertThat(price.has(new Terms("", "", "eu"))).isFalse();
    }
}
