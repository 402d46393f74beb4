package dev.mcpgateway.gateway.model.money;

import dev.mcpgateway.policy.yaml.Position;
import dev.mcpgateway.policy.yaml.Problem;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Reads a file of prices: strict YAML, every key known, prices as texts, so that no reader of numbers rounds them. */
public final class PriceFile {
    private static final int ROWS_MAX = 10_000;
    private static final int NAME_CHARS_MAX = 256;
    private static final long TOKENS_MAX = 1_000_000_000;
    private static final String TOOL = "[a-z0-9_]{1,64}";
    private static final Rates FREE = new Rates(0, 0, 0, 0, 0, 0);
    private static final String PRICE_HINT = "Write US dollars as text, such as \"0.0125\", with at most 9 decimals";

    private final Problems problems = new Problems();

    private PriceFile() {}

    /** What reading gave. */
    public sealed interface Read {
        /** A table without problems. */
        record Good(PriceTable table) implements Read {}

        /** What is wrong, all of it. */
        record Bad(List<Problem> problems) implements Read {
            /** Copies the list. */
            public Bad {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Reads a file; one that cannot be read is a problem like any other. */
    public static Read read(Path file) {
        try {
            return read(file.toString(), Files.readAllBytes(file));
        } catch (IOException failure) {
            return new Read.Bad(List.of(new Problem(
                    Position.wholeFile(file.toString()),
                    "the file of prices cannot be read",
                    "Check path and rights")));
        }
    }

    /** Reads the bytes of a file of that name. */
    public static Read read(String name, byte[] bytes) {
        return switch (YamlReader.read(name, bytes)) {
            case YamlRead.Refused(List<Problem> found) -> new Read.Bad(found);
            case YamlRead.Tree(YamlNode root) -> new PriceFile().table(root, bytes);
        };
    }

    private Read table(YamlNode root, byte[] bytes) {
        YamlObject file = YamlValue.of(root, problems).object();
        file.required("version").ifPresent(version -> version.integer(1, 1));
        List<PriceTable.Row> rows = new ArrayList<>();
        Set<List<String>> seen = new HashSet<>();
        for (YamlObject entry : file.objects("prices")) {
            PriceTable.Row row = row(entry);
            rows.add(row);
            if (!seen.add(
                    List.of(row.provider(), row.model(), row.effectiveFrom().toString()))) {
                entry.problem("model", "another row has the same provider, model and day", "Remove one of them");
            }
        }
        if (rows.isEmpty() || rows.size() > ROWS_MAX) {
            file.problem("prices", "there must be 1 to " + ROWS_MAX + " rows", "");
        }
        file.rejectUnknownKeys();
        return problems.isEmpty() ? new Read.Good(new PriceTable(sha256(bytes), rows)) : new Read.Bad(problems.list());
    }

    private static PriceTable.Row row(YamlObject entry) {
        PriceTable.Row row =
                new PriceTable.Row(name(entry, "provider"), name(entry, "model"), day(entry), price(entry));
        entry.rejectUnknownKeys();
        return row;
    }

    private static String name(YamlObject entry, String key) {
        String name = entry.text(key);
        if (name.length() > NAME_CHARS_MAX) {
            entry.problem(key, "it must have at most " + NAME_CHARS_MAX + " characters", "");
        }
        return name;
    }

    private static LocalDate day(YamlObject entry) {
        String text = entry.text("effective_from");
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException noDay) {
            entry.problem("effective_from", "it must be a day", "Write \"2026-01-31\"; it begins at midnight UTC");
            return LocalDate.EPOCH;
        }
    }

    private static Price price(YamlObject entry) {
        Rates rates = entry.required("per_million_tokens")
                .map(YamlValue::object)
                .map(section -> rates(section, FREE))
                .orElse(FREE);
        return new Price(
                rates,
                steps(entry, rates),
                usd(entry, "request_fee", 0),
                new ToolPrices(fees(entry, "tools"), fees(entry, "tools_per_call")),
                factors(entry, "service_tiers"),
                factors(entry, "speeds"),
                factors(entry, "inference_geos"),
                tokens(entry, "input_tokens_max"),
                tokens(entry, "output_tokens_max"));
    }

    /**
     * What is not written costs what it would without a cache, or as part of the answer; sounds and pictures what they cost
     * in {@code shorter} requests, or as text.
     */
    private static Rates rates(YamlObject section, Rates shorter) {
        long input = section.required("input").isPresent() ? usd(section, "input", 0) : 0;
        long output = section.required("output").isPresent() ? usd(section, "output", 0) : 0;
        long write = usd(section, "cache_write", input);
        Rates rates = new Rates(
                input,
                usd(section, "cache_read", input),
                write,
                usd(section, "cache_write_1h", write),
                output,
                usd(section, "reasoning", output),
                medium(section, "audio", shorter.audio()),
                medium(section, "image", shorter.image()));
        section.rejectUnknownKeys();
        return rates;
    }

    private static Rates.Medium medium(YamlObject section, String medium, Rates.Medium shorter) {
        if (section.has(medium + "_cache_read") && !section.has(medium + "_input")) {
            section.problem(medium + "_cache_read", "it needs " + medium + "_input beside it", "");
        }
        long input = usd(section, medium + "_input", shorter.input());
        return new Rates.Medium(
                input,
                usd(section, medium + "_cache_read", section.has(medium + "_input") ? input : shorter.cacheRead()),
                usd(section, medium + "_output", shorter.output()));
    }

    /** By the names that tools have in answers. */
    private static Map<String, Long> fees(YamlObject entry, String key) {
        Map<String, Long> fees = new LinkedHashMap<>();
        entry.named(key).forEach((tool, value) -> {
            if (!tool.matches(TOOL)) {
                value.problem("'" + tool + "' is no name of a tool", "Use a-z, 0-9 and _, 64 at most");
            }
            OptionalLong fee = Usd.parse(value.text());
            if (value.isText() && fee.isEmpty()) {
                value.problem("'" + value.text() + "' is no price", PRICE_HINT);
            }
            fees.put(tool, fee.orElse(0));
        });
        return fees;
    }

    private static List<Price.Step> steps(YamlObject entry, Rates shorter) {
        List<Price.Step> steps = new ArrayList<>();
        long last = 0;
        for (YamlObject step : entry.objects("long_context")) {
            long above = step.required("above_input_tokens")
                    .map(value -> value.integer(1, TOKENS_MAX))
                    .orElse(1L);
            if (above <= last) {
                step.problem("above_input_tokens", "it must be larger than in the entry before", "");
            }
            last = above;
            Rates rates = step.required("per_million_tokens")
                    .map(YamlValue::object)
                    .map(section -> rates(section, shorter))
                    .orElse(FREE);
            steps.add(new Price.Step(above, rates));
            step.rejectUnknownKeys();
        }
        return steps;
    }

    /** Four decimals, which are ten-thousandths. */
    private static Map<String, Long> factors(YamlObject entry, String key) {
        Map<String, Long> factors = new LinkedHashMap<>();
        entry.named(key).forEach((name, value) -> {
            OptionalLong factor = Usd.parse(value.text());
            if (value.isText() && (factor.isEmpty() || factor.getAsLong() % 100_000 != 0)) {
                value.problem("it must be a factor as text, such as \"0.5\", with at most 4 decimals", "");
            }
            factors.put(name, factor.orElse(0) / 100_000);
        });
        return factors;
    }

    private static OptionalLong tokens(YamlObject entry, String key) {
        return entry.optional(key)
                .map(value -> OptionalLong.of(value.integer(1, TOKENS_MAX)))
                .orElse(OptionalLong.empty());
    }

    private static long usd(YamlObject section, String key, long fallback) {
        return section.optional(key)
                .map(value -> {
                    OptionalLong price = Usd.parse(value.text());
                    if (value.isText() && price.isEmpty()) {
                        value.problem("'" + value.text() + "' is no price", PRICE_HINT);
                    }
                    return price.orElse(0);
                })
                .orElse(fallback);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
    }
}
