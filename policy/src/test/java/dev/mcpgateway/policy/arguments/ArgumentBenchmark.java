package dev.mcpgateway.policy.arguments;

import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Prints what a check of arguments costs. Not part of the build: {@code mvn -pl policy test -Dtest=ArgumentBenchmark}. */
class ArgumentBenchmark {

    private static final String SCHEMA =
            "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\",\"minLength\":1,"
                    + "\"maxLength\":4096},\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":1000},\"format\":{\"enum\":[\"text\","
                    + "\"json\",\"html\"]},\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"maxItems\":20},\"options\":"
                    + "{\"type\":\"object\",\"properties\":{\"deep\":{\"type\":\"boolean\"}},\"additionalProperties\":false}},"
                    + "\"required\":[\"path\"],\"additionalProperties\":false}";

    @Test
    void checks() {
        ArgumentCheck check = new ArgumentCheck(Json.schema(SCHEMA), PayloadLimits.STANDARD);
        measure(
                check,
                "{\"path\":\"/srv/projects/alpha/readme.md\",\"limit\":100,\"format\":\"json\",\"tags\":[\"one\",\"two\"],"
                        + "\"options\":{\"deep\":true}}",
                200_000);
        measure(check, "{\"path\":\"" + "/directory".repeat(26) + "\",\"limit\":100}", 200_000);
        measure(
                new ArgumentCheck(Json.schema("{\"type\":\"object\"}"), PayloadLimits.STANDARD),
                "{\"text\":\"" + "word ".repeat(200_000) + "\"}",
                50);
    }

    private static void measure(ArgumentCheck check, String arguments, int checks) {
        byte[] json = Json.bytes(arguments);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < checks; i++) {
                if (!(check.check(json, 0, json.length) instanceof ArgumentVerdict.Valid)) {
                    throw new AssertionError("refused");
                }
            }
            best = Math.min(best, (System.nanoTime() - start) / 1000.0 / checks);
        }
        System.out.printf(Locale.ROOT, "%8d bytes of arguments: %8.2f µs%n", json.length, best);
    }
}
