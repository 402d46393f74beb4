package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.rules.cel.Expression;
import dev.mcpgateway.policy.rules.cel.Reading;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.Optional;

/** Reads {@code expression} of a rule's conditions. Nothing of the language is loaded where no rule has one. */
final class RouteExpressionReader {
    private RouteExpressionReader() {}

    static Optional<Expression> expression(YamlObject when) {
        return when.optional("expression").flatMap(RouteExpressionReader::read);
    }

    private static Optional<Expression> read(YamlValue value) {
        String text = value.text();
        if (!value.isText()) {
            return Optional.empty();
        }
        return switch (Expression.read(text, RouteVariable.types())) {
            case Reading.Good(Expression expression) -> Optional.of(expression);
            case Reading.Bad bad -> {
                for (Reading.Fault fault : bad.faults()) {
                    value.problem(
                            "at line " + fault.line() + ", column " + fault.column() + " of the expression: "
                                    + fault.message(),
                            "Variables: " + RouteVariable.list());
                }
                yield Optional.empty();
            }
        };
    }
}
