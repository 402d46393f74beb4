package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.BadModelRequest;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.model.Guardrails;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.ModelRules;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.rules.PolicyParse;
import dev.mcpgateway.policy.rules.PolicyParser;
import dev.mcpgateway.policy.rules.PolicySource;
import dev.mcpgateway.policy.screen.PatternSet;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Calls of one model under the guardrails of a policy, without a gateway around them. */
final class GuardedCalls implements AutoCloseable {
    private static final PatternSet PATTERNS = PatternSet.shipped();

    private final Telemetry telemetry =
            new Telemetry(new Telemetry.Settings(null, 0.1, "mcp-gateway", "0.0.test"), () -> 0);
    private final Policy policy;
    private final Permit permit;
    private final int heldBytesMax;

    private GuardedCalls(Policy policy, int heldBytesMax) {
        this.policy = policy;
        this.heldBytesMax = heldBytesMax;
        Subject alice = Subject.of("corp", "alice");
        if (!(policy.decideModel(alice, FeatureName.model("m"), Instant.EPOCH)
                instanceof Decision.Allow(Permit given))) {
            throw new AssertionError("not permitted");
        }
        this.permit = given;
    }

    /** Under an entry of {@code models:} with these further keys, each on a line of its own. */
    static GuardedCalls under(String... keys) {
        return under(1 << 20, keys);
    }

    static GuardedCalls under(int heldBytesMax, String... keys) {
        String file = """
                version: 1
                rules:
                  - {id: all, effect: permit, ack_broad: true, actions: model/call, resources: "model:m"}
                models:
                  - names: "model:m"
                """ + "    " + String.join("\n    ", keys) + "\n";
        return switch (PolicyParser.parse(
                List.of(new PolicySource("p", file.getBytes(StandardCharsets.UTF_8))), KnownNames.none())) {
            case PolicyParse.Parsed(Policy parsed, var _) -> new GuardedCalls(parsed, heldBytesMax);
            case PolicyParse.Rejected(var problems) -> throw new AssertionError(problems);
        };
    }

    Guardrails.OnCall call(ModelApi api, String body) {
        try {
            ModelRequest request = ModelRequest.read(
                    api, StrictJson.parse(body.getBytes(StandardCharsets.UTF_8), JsonLimits.forRequests(1 << 20, 64)));
            return new PolicyGuardrails(PATTERNS, new PolicyGuardrails.Bounds(heldBytesMax, 64), telemetry)
                    .begin(policy, permit, request, ModelRules.NONE);
        } catch (JsonRefused | BadModelRequest wrong) {
            throw new AssertionError(wrong);
        }
    }

    /** The request as it goes on; after {@code refused: } what the agent reads of a refusal. */
    String request(ModelApi api, String body) {
        try {
            return new String(call(api, body).request().body().bytes(), StandardCharsets.UTF_8);
        } catch (Refused refused) {
            return "refused: " + refused.why().says();
        }
    }

    /** The answer as it goes on; {@code refused} for none. */
    String answer(ModelApi api, String answer) {
        try {
            return new String(
                    call(api, "{\"model\":\"m\"}").answer(answer.getBytes(StandardCharsets.UTF_8)),
                    StandardCharsets.UTF_8);
        } catch (Refused refused) {
            return "refused";
        }
    }

    /** A stream's events as they go on, one a line; {@code refused} where it is ended. */
    List<String> stream(ModelApi api, List<String> events) {
        Guardrails.OnStream watch = call(api, "{\"model\":\"m\",\"stream\":true}").stream();
        List<String> passed = new ArrayList<>();
        try {
            for (int i = 0; i < events.size(); i++) {
                ModelEvent.Mark mark = i == events.size() - 1 ? ModelEvent.Mark.LAST : ModelEvent.Mark.OPEN;
                watch.next(new ModelEvent("message", events.get(i).getBytes(StandardCharsets.UTF_8), mark))
                        .forEach(event -> passed.add(new String(event.data(), StandardCharsets.UTF_8)));
            }
        } catch (Refused refused) {
            passed.add("refused");
        }
        return passed;
    }

    @Override
    public void close() {
        telemetry.close();
    }
}
