package dev.mcpgateway.policy.rules.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.common.CelIssue;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelVariableResolver;
import dev.cel.runtime.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A condition over declared variables. Its text, its variables and its result were checked when it was read. Safe for many
 * threads. Two are equal when their texts are.
 */
public final class Expression {
    /** Longest text of one: what is longer nobody reads. */
    public static final int CHARS_MAX = 2048;

    private static final int MESSAGE_CHARS_MAX = 300;
    private static final Pattern OPERATOR = Pattern.compile("'(?:_|@)([^'_]+)_?'");
    private static final Pattern INTERNALS = Pattern.compile(" \\((?:in container|candidates:).*$");

    private final String text;
    private final Program program;

    private Expression(String text, Program program) {
        this.text = text;
        this.program = program;
    }

    /** Reads an expression whose result is true or false; all that is wrong with it otherwise. */
    public static Reading read(String text, Map<String, VariableType> variables) {
        if (text.isBlank() || text.codePointCount(0, text.length()) > CHARS_MAX) {
            return bad(1, 1, "an expression has 1 to " + CHARS_MAX + " characters");
        }
        CelValidationResult checked = Environment.compiler(variables).compile(text);
        if (checked.hasError()) {
            List<Reading.Fault> faults = new ArrayList<>();
            List<CelIssue> issues = checked.getErrors();
            for (CelIssue issue : issues) {
                faults.add(new Reading.Fault(
                        Math.max(1, issue.getSourceLocation().getLine()),
                        Math.max(0, issue.getSourceLocation().getColumn()) + 1,
                        shortened(issue.getMessage())));
            }
            return new Reading.Bad(faults);
        }
        try {
            CelAbstractSyntaxTree tree = checked.getAst();
            Map<Long, CelType> types = tree.getTypeMap();
            if (types.values().stream().anyMatch(Expression::isOpen)) {
                return bad(1, 1, "it mixes values of several types in one list or mapping");
            }
            // asked for here, since the compiler lets what is of no type through
            if (!tree.getResultType().equals(SimpleType.BOOL)) {
                return bad(
                        1,
                        1,
                        "it must be true or false, and is "
                                + tree.getResultType().name());
            }
            return new Reading.Good(new Expression(text, Environment.runtime().createProgram(tree)));
        } catch (CelValidationException | CelEvaluationException unusable) {
            return bad(1, 1, shortened(String.valueOf(unusable.getMessage())));
        }
    }

    /** Where a type is open until it runs, texts and numbers are compared and are never equal. */
    private static boolean isOpen(CelType type) {
        List<CelType> parameters = type.parameters();
        return type.equals(SimpleType.DYN) || parameters.stream().anyMatch(Expression::isOpen);
    }

    private static Reading.Bad bad(int line, int column, String message) {
        return new Reading.Bad(List.of(new Reading.Fault(line, column, message)));
    }

    /** In the words of who writes expressions: operators as they are written, and nothing of how they are looked up. */
    private static String shortened(String message) {
        String line = INTERNALS
                .matcher(
                        OPERATOR.matcher(message.lines().findFirst().orElse("")).replaceAll("'$1'"))
                .replaceAll("");
        return line.length() <= MESSAGE_CHARS_MAX ? line : line.substring(0, MESSAGE_CHARS_MAX);
    }

    /**
     * Evaluates it. A variable is asked for when it is needed; one that cannot be had, because asking for it throws {@link
     * IllegalArgumentException}, leaves the expression undecided, unless the rest of it decides without.
     */
    public Verdict evaluate(Function<String, Object> variables) {
        CelVariableResolver resolver = name -> Optional.of(variables.apply(name));
        try {
            return program.eval(resolver) instanceof Boolean holds
                    ? new Verdict.Decided(holds)
                    : new Verdict.Undecided("it is neither true nor false");
        } catch (CelEvaluationException failure) {
            // the library's words may quote a value, so that its code is told alone
            return new Verdict.Undecided(
                    failure.getCause() instanceof IllegalArgumentException
                                    && failure.getErrorCode() == CelErrorCode.INTERNAL_ERROR
                            ? "a variable has no value"
                            : failure.getErrorCode().name().toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException unavailable) {
            return new Verdict.Undecided("a variable has no value");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Expression expression && expression.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
