package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.model.money.Price;
import dev.mcpgateway.gateway.model.money.PriceFile;
import dev.mcpgateway.gateway.model.money.PriceTable;
import dev.mcpgateway.gateway.model.money.Rates;
import dev.mcpgateway.gateway.model.money.Usd;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code prices}: files of prices. */
@Command(
        name = "prices",
        mixinStandardHelpOptions = true,
        description = "Checks a file of prices, and shows how two of them differ.",
        subcommands = {PricesCommand.Check.class, PricesCommand.Diff.class})
final class PricesCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: check or diff");
    }

    /** {@code prices check}. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Prints every price as it will be used, defaults written out, or every problem of the file.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:no problem", "1:problems, all of them printed", "2:wrong usage"},
            footer = {"%nExample:", "  mcp-gateway prices check prices.yaml"})
    static final class Check implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "The file of prices.")
        Path file = Path.of("prices.yaml");

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            Optional<PriceTable> table = read(spec, file);
            PrintWriter out = spec.commandLine().getOut();
            table.ifPresent(prices -> {
                lines(prices).forEach((row, price) -> out.println(row + "  " + price));
                out.println(file + ": no problem found, version " + prices.version());
            });
            return table.isPresent() ? ExitCode.OK : ExitCode.PROBLEMS;
        }
    }

    /** {@code prices diff}. */
    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description = "Prints the rows that differ, '-' as they are and '+' as they will be.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:compared", "1:problems in one of the files, all of them printed", "2:wrong usage"},
            footer = {"%nExample:", "  mcp-gateway prices diff prices.yaml prices-new.yaml"})
    static final class Diff implements Callable<Integer> {
        @Parameters(index = "0", paramLabel = "OLD", description = "The file in use.")
        Path older = Path.of("prices.yaml");

        @Parameters(index = "1", paramLabel = "NEW", description = "The file to be used.")
        Path newer = Path.of("prices.yaml");

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            Optional<PriceTable> before = read(spec, older);
            Optional<PriceTable> after = read(spec, newer);
            if (before.isEmpty() || after.isEmpty()) {
                return ExitCode.PROBLEMS;
            }
            PrintWriter out = spec.commandLine().getOut();
            Map<String, String> was = lines(before.get());
            Map<String, String> is = lines(after.get());
            Map<String, String> all = new TreeMap<>(was);
            all.putAll(is);
            int differences = 0;
            for (String row : all.keySet()) {
                String old = was.get(row);
                String now = is.get(row);
                if (old == null || !old.equals(now)) {
                    differences++;
                    print(out, "- ", row, old);
                    print(out, "+ ", row, now);
                }
            }
            out.println(differences + (differences == 1 ? " row differs" : " rows differ"));
            return ExitCode.OK;
        }

        private static void print(PrintWriter out, String sign, String row, @Nullable String price) {
            if (price != null) {
                out.println(sign + row + "  " + price);
            }
        }
    }

    private static Optional<PriceTable> read(CommandSpec spec, Path file) {
        return switch (PriceFile.read(file)) {
            case PriceFile.Read.Good(PriceTable table) -> Optional.of(table);
            case PriceFile.Read.Bad(List<Problem> problems) -> {
                PrintWriter err = spec.commandLine().getErr();
                problems.forEach(problem -> err.println(problem.render()));
                err.println(problems.size() + (problems.size() == 1 ? " problem" : " problems"));
                yield Optional.empty();
            }
        };
    }

    private static Map<String, String> lines(PriceTable table) {
        Map<String, String> lines = new TreeMap<>();
        table.rows()
                .forEach(row -> lines.put(
                        row.provider() + " " + row.model() + " from " + row.effectiveFrom(), line(row.price())));
        return lines;
    }

    private static String line(Price price) {
        StringBuilder line = new StringBuilder(line(price.rates()));
        price.steps()
                .forEach(step -> line.append("; above ")
                        .append(step.aboveInputTokens())
                        .append(" input tokens ")
                        .append(line(step.rates())));
        if (price.requestFee() > 0) {
            line.append("; request ").append(Usd.text(price.requestFee()));
        }
        fees(line, "", price.tools().each());
        fees(line, " once a call", price.tools().once());
        factors(line, "tier", price.tiers());
        factors(line, "speed", price.speeds());
        factors(line, "inference in", price.geos());
        price.inputTokensMax().ifPresent(max -> line.append("; input at most ").append(max));
        price.outputTokensMax()
                .ifPresent(max -> line.append("; output at most ").append(max));
        return line.toString();
    }

    private static void fees(StringBuilder line, String how, Map<String, Long> fees) {
        new TreeMap<>(fees)
                .forEach((tool, fee) -> line.append("; tool ")
                        .append(tool)
                        .append(how)
                        .append(' ')
                        .append(Usd.text(fee)));
    }

    private static void factors(StringBuilder line, String kind, Map<String, Long> factors) {
        new TreeMap<>(factors)
                .forEach((name, factor) -> line.append("; ")
                        .append(kind)
                        .append(' ')
                        .append(name)
                        .append(" ×")
                        .append(Usd.text(factor * 100_000)));
    }

    private static String line(Rates rates) {
        return "input " + Usd.text(rates.input()) + ", cache read " + Usd.text(rates.cacheRead()) + ", write "
                + Usd.text(rates.cacheWrite()) + ", write 1h " + Usd.text(rates.cacheWriteHour()) + ", output "
                + Usd.text(rates.output()) + ", reasoning " + Usd.text(rates.reasoning()) + line("audio", rates.audio())
                + line("image", rates.image());
    }

    private static String line(String medium, Rates.Medium rates) {
        return (rates.input() < 0
                        ? ""
                        : ", " + medium + " input " + Usd.text(rates.input()) + ", " + medium + " cache read "
                                + Usd.text(rates.cacheRead()))
                + (rates.output() < 0 ? "" : ", " + medium + " output " + Usd.text(rates.output()));
    }
}
