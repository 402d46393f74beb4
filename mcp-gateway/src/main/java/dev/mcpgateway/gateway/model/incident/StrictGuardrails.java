package dev.mcpgateway.gateway.model.incident;

import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.ScreenAction;
import dev.mcpgateway.policy.ScreenMode;
import dev.mcpgateway.policy.ScreenRule;
import dev.mcpgateway.policy.TextScreening;
import dev.mcpgateway.policy.TokenInput;
import dev.mcpgateway.policy.ToolNames;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What holds for every call in safe mode beside the policy, whose stricter words stay: untrusted texts of requests and all
 * texts of answers are screened for orders and hidden text in enforcement.
 *
 * @param requests what becomes of a finding in a request
 * @param answers what becomes of a finding in an answer
 * @param usersAreTrusted whether what users say is not screened
 * @param tools names of the tools that may be offered, as {@code allowed_tools} of a policy; none for no tools
 */
public record StrictGuardrails(
        ScreenAction requests, ScreenAction answers, boolean usersAreTrusted, List<String> tools) {
    /** The strictest: findings are blocked, and the provider runs nothing but the model. */
    public static final StrictGuardrails STRICTEST =
            new StrictGuardrails(ScreenAction.BLOCK, ScreenAction.BLOCK, true, List.of("*"));

    /** Copies the names; refuses those that are none with an {@link IllegalArgumentException}. */
    public StrictGuardrails {
        tools = new ToolNames(tools).patterns();
    }

    /** The same in the policy's words. */
    ModelRules rules() {
        return new ModelRules(
                screening(requests),
                screening(answers),
                !usersAreTrusted,
                TokenInput.UNSAID,
                OptionalInt.empty(),
                OptionalLong.empty(),
                List.of(new ToolNames(tools)));
    }

    private static TextScreening screening(ScreenAction action) {
        ScreenRule rule = new ScreenRule(ScreenMode.ENFORCE, action);
        return new TextScreening(rule, rule, List.of());
    }
}
