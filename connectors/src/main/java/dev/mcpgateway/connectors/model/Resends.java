package dev.mcpgateway.connectors.model;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * How often a proxy between the gateway and the model says that it sent a request again, to the same model or another: header
 * fields of Envoy, LiteLLM, Portkey and ngrok. One that says nothing may have done so all the same.
 */
final class Resends {
    private static final int MOST = 1_000;

    /** What counts attempts beyond the first, and what counts the first one, too. */
    private static final Map<String, Integer> FIELDS = Map.of(
            "x-litellm-attempted-retries", 0,
            "x-litellm-attempted-fallbacks", 0,
            "x-portkey-retry-attempt-count", 0,
            "x-envoy-attempt-count", 1,
            "ngrok-aig-attempts", 1);

    private Resends() {}

    /** The sum of what all of them say; 0 where none says anything. */
    static int of(Function<String, Optional<String>> headers) {
        int sum = 0;
        for (Map.Entry<String, Integer> field : FIELDS.entrySet()) {
            String said = headers.apply(field.getKey()).orElse("");
            if (said.matches("[0-9]{1,4}")) {
                sum += Math.max(0, Integer.parseInt(said) - field.getValue());
            }
        }
        return Math.min(sum, MOST);
    }
}
