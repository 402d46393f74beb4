package dev.mcpgateway.connectors.credential;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A secret in an environment variable of the gateway.
 *
 * @param name the variable's name
 * @param environment how variables are read; {@code System::getenv} in production
 */
public record SecretVariable(String name, Function<String, @Nullable String> environment) implements SecretSource {

    @Override
    public Secret read() throws SecretUnavailable {
        String value = environment.apply(name);
        if (value == null || value.isEmpty()) {
            throw new SecretUnavailable("secret variable " + name + " is not set or empty: set it before the start");
        }
        return Secret.of(value);
    }

    @Override
    public String toString() {
        return "variable " + name;
    }
}
