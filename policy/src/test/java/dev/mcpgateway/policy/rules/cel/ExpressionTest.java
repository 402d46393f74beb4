package dev.mcpgateway.policy.rules.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be written, what it says, and what it may not do. */
class ExpressionTest {
    private static final Map<String, VariableType> VARIABLES = variables();

    private static Map<String, VariableType> variables() {
        Map<String, VariableType> variables = new LinkedHashMap<>();
        variables.put("alias", VariableType.TEXT);
        variables.put("tokens", VariableType.WHOLE);
        variables.put("temperature", VariableType.NUMBER);
        variables.put("stream", VariableType.FLAG);
        variables.put("tools", VariableType.TEXTS);
        return variables;
    }

    private static final Map<String, Object> VALUES = Map.of(
            "alias", "gpt", "tokens", 700L, "temperature", 0.5, "stream", true, "tools", List.of("search", "db_write"));

    private static Expression read(String text) {
        return ((Reading.Good) Expression.read(text, VARIABLES)).expression();
    }

    private static Object value(String name) {
        return Objects.requireNonNull(VALUES.get(name), name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            stream | true
            !stream | false
            tokens > 500 && stream | true
            tokens > 500.5 | true
            temperature < 1 | true
            temperature < 0.5 | false
            alias == "gpt" ? tokens > 1 : false | true
            "search" in tools | true
            "sea" in tools | false
            tools.exists(t, t.startsWith("db_")) | true
            tools.all(t, t.startsWith("db_")) | false
            tools.exists_one(t, t == "search") | true
            alias in ["gpt", "claude"] | true
            size(tools) == 2 | true
            alias.matches("^g[pq]t$") | true
            alias.matches("^p") | false
            tools[5] == "x" && !stream | false
            """, quoteCharacter = '~')
    void itSaysWhatItsVariablesSay(String text, boolean holds) {
        assertThat(read(text).evaluate(ExpressionTest::value)).isEqualTo(new Verdict.Decided(holds));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            tools[5] == "x" | index_out_of_bounds
            1 / (tokens - 700) > 0 | divide_by_zero
            tokens + 9223372036854775807 > 0 | numeric_overflow
            int(alias) > 0 | bad_format
            alias.matches("((a{30}){30}){30}") | invalid_argument
            """, quoteCharacter = '~')
    void anErrorIsNoFalse(String text, String why) {
        assertThat(read(text).evaluate(ExpressionTest::value)).isEqualTo(new Verdict.Undecided(why));
    }

    @Test
    void whatDecidesWithoutThePartThatFailsDecides() {
        assertThat(read("tools[5] == \"x\" || stream").evaluate(ExpressionTest::value))
                .isEqualTo(new Verdict.Decided(true));
    }

    @Test
    void aVariableThatCannotBeHadLeavesItUndecidedUnlessItIsNotNeeded() {
        Expression needed = read("size(tools) > 3");
        Expression not = read("stream || size(tools) > 3");

        assertThat(needed.evaluate(ExpressionTest::withoutTools))
                .isEqualTo(new Verdict.Undecided("a variable has no value"));
        assertThat(not.evaluate(ExpressionTest::withoutTools)).isEqualTo(new Verdict.Decided(true));
    }

    private static Object withoutTools(String name) {
        if (name.equals("tools")) {
            throw new IllegalArgumentException("too long");
        }
        return value(name);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            token > 5 | 1 | 1 | undeclared reference to 'token'
            stream && token > 5 | 1 | 11 | undeclared reference to 'token'
            tokens == "700" | 1 | 8 | no matching overload
            alias == null | 1 | 7 | no matching overload
            alias | 1 | 1 | expected type 'bool' but found 'string'
            stream && | 1 | 10 | mismatched input
            dyn(tokens) == "700" | 1 | 4 | undeclared reference to 'dyn'
            tokens == [1, "700"][1] | 1 | 1 | mixes values of several types
            alias == [] | 1 | 7 | no matching overload for '==' applied to '(string, list
            alias in [1] | 1 | 7 | no matching overload for 'in'
            tools.map(t, t) == tools | 1 | 10 | undeclared reference to 'map'
            now() > 5 | 1 | 4 | undeclared reference to 'now'
            """, quoteCharacter = '~')
    void whatIsWrongIsToldWithItsPlace(String text, int line, int column, String says) {
        assertThat(Expression.read(text, VARIABLES))
                .isInstanceOfSatisfying(
                        Reading.Bad.class,
                        bad -> assertThat(bad.faults()).first().satisfies(fault -> {
                            assertThat(fault.message()).contains(says).doesNotContain("container", "candidates");
                            assertThat(fault.line() + ":" + fault.column()).isEqualTo(line + ":" + column);
                        }));
    }

    @Test
    void aFaultInAnotherLineIsThere() {
        Reading reading = Expression.read("stream &&\n  token > 5", VARIABLES);

        assertThat(reading)
                .isInstanceOfSatisfying(
                        Reading.Bad.class,
                        bad -> assertThat(bad.faults())
                                .extracting(Reading.Fault::line)
                                .containsExactly(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "LONG", "WIDE", "DEEP"})
    void itsOwnSizeIsBounded(String size) {
        String text = switch (size) {
            case "LONG" -> "alias == \"" + "x".repeat(Expression.CHARS_MAX) + "\"";
            case "WIDE" -> "stream" + " || stream".repeat(150);
            case "DEEP" -> "(".repeat(60) + "stream" + " && stream)".repeat(60);
            default -> size;
        };

        assertThat(Expression.read(text, VARIABLES)).isInstanceOf(Reading.Bad.class);
    }

    @Test
    void loopsWithinLoopsEndUndecided() {
        Expression nested = read("tools.all(a, tools.all(b, a == b || a != b))");
        List<String> many = Collections.nCopies(40, "t");

        assertThat(nested.evaluate(_ -> List.of("a", "b"))).isEqualTo(new Verdict.Decided(true));
        assertThat(nested.evaluate(_ -> many)).isEqualTo(new Verdict.Undecided("iteration_budget_exceeded"));
    }

    @Test
    void aPatternThatMakesOthersBacktrackTakesLinearTime() {
        Expression pattern = read("tools.all(t, !t.matches(\"(x+x+)+y\"))");
        List<String> long256 = Collections.nCopies(900, "x".repeat(256));

        assertThat(assertTimeout(Duration.ofSeconds(60), () -> pattern.evaluate(_ -> long256)))
                .isEqualTo(new Verdict.Decided(true));
    }
}
