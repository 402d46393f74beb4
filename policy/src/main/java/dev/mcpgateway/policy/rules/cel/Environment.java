package dev.mcpgateway.policy.rules.cel;

import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelOptions;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.Map;

/** The language as it is spoken here: bounded, and without what says "false" where something is wrong. */
final class Environment {
    private static final int NODES_MAX = 200;
    private static final int DEPTH_MAX = 32;

    /** Steps of all loops of one evaluation. */
    private static final int STEPS_MAX = 1_000;

    /** RE2 is linear in the text times this. */
    private static final int PATTERN_MAX = 200;

    private static final CelOptions OPTIONS = CelOptions.current()
            .maxExpressionCodePointSize(Expression.CHARS_MAX)
            .maxParseExpressionNodeCount(NODES_MAX)
            .maxParseRecursionDepth(DEPTH_MAX)
            .maxParseErrorRecoveryLimit(1)
            .comprehensionMaxIterations(STEPS_MAX)
            .maxRegexProgramSize(PATTERN_MAX)
            // a temperature may be compared with 1
            .enableHeterogeneousNumericComparisons(true)
            .build();

    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();

    private Environment() {}

    static CelRuntime runtime() {
        return RUNTIME;
    }

    static CelCompiler compiler(Map<String, VariableType> variables) {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                .setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.ALL, CelStandardMacro.EXISTS, CelStandardMacro.EXISTS_ONE)
                .setStandardEnvironmentEnabled(false)
                .setStandardDeclarations(CelStandardDeclarations.newBuilder()
                        .excludeFunctions(CelStandardDeclarations.StandardFunction.DYN)
                        .build())
                .setResultType(SimpleType.BOOL);
        variables.forEach((name, type) -> builder.addVar(name, type(type)));
        return builder.build();
    }

    private static CelType type(VariableType type) {
        return switch (type) {
            case TEXT -> SimpleType.STRING;
            case WHOLE -> SimpleType.INT;
            case NUMBER -> SimpleType.DOUBLE;
            case FLAG -> SimpleType.BOOL;
            case TEXTS -> ListType.create(SimpleType.STRING);
        };
    }
}
