package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.connectors.model.BadModelRequest;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.policy.Residency;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Requests as routes see them. */
final class Requests {
    private Requests() {}

    /** A chat completion with further members, each preceded by a comma. */
    static Asked chat(String more, String callId) {
        return asked(
                ModelApi.CHAT_COMPLETIONS,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello " + callId + "\"}]" + more + "}",
                callId);
    }

    static Asked asked(ModelApi api, String body, String callId) {
        return asked(api, body, callId, Residency.ANYWHERE);
    }

    static Asked asked(ModelApi api, String body, String callId, Residency residency) {
        try {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return new Asked(
                    ModelRequest.read(api, StrictJson.parse(bytes, JsonLimits.forRequests(1 << 20, 64))),
                    Set.of("support"),
                    "acme",
                    "alice",
                    callId,
                    residency);
        } catch (JsonRefused | BadModelRequest bad) {
            throw new AssertionError(bad);
        }
    }
}
