package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.credential.ConsentNeeded;
import dev.mcpgateway.connectors.mcp.UpstreamReply.InputNeeded;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.mcp.InputRelay.Conversation;
import dev.mcpgateway.gateway.mcp.InputRelay.Landed;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;

/**
 * Sends the user of an agent to the page where the use of an upstream is allowed (Elicitation, URL mode): an agent of
 * 2026-07-28 is asked and calls again, an earlier one that knows pages gets the error that names one, and every other is
 * told the URL in words.
 */
final class ConsentQuestion {
    private static final String KEY = "consent";
    private static final Name ANSWER = Name.of(KEY);
    private static final Name ACTION = Name.of("action");
    private static final Name ACCEPT = Name.of("accept");
    private static final Name URL = Name.of("url");

    private final Upstreams upstreams;
    private final JsonLimits limits;

    ConsentQuestion(Upstreams upstreams, JsonLimits limits) {
        this.upstreams = upstreams;
        this.limits = limits;
    }

    /**
     * The question, for an agent that can be asked.
     *
     * @throws Refused for every other, with the URL; without it where this user cannot agree or has refused to
     */
    Landed ask(Conversation conversation, ConsentNeeded needed) {
        AgentRequest request = conversation.request();
        if (conversation.state().isConsent() && isRefused(request.envelope())) {
            throw new Refused(Reason.CONSENT_NOT_GIVEN);
        }
        URI url = upstreams
                .consent(request, needed)
                .orElseThrow(() -> new Refused(
                        Refusal.of(Reason.CREDENTIAL_UNAVAILABLE, "users of this issuer have no login here")));
        String says = needed.upstream() + " needs your permission. Open this page to allow its use in your name.";
        ClientCapabilities declared = InputRelay.declared(request);
        boolean knowsPages = declared.declares(InputKind.ELICITATION.capability(), URL);
        if (knowsPages && !request.isLegacy() && conversation.feature().takesInput()) {
            return new Landed(new InputNeeded(question(url, says)), RequestState.CONSENT);
        }
        if (knowsPages && request.isLegacy()) {
            throw new Refused(Refusal.of(Reason.CONSENT_PAGE)
                    .withData("{\"elicitations\":[{\"mode\":\"url\",\"elicitationId\":"
                            + quoted(request.exchange().id()) + ",\"url\":" + quoted(url.toString()) + ",\"message\":"
                            + quoted(says) + "}]}"));
        }
        Reason reason = Reason.CONSENT_NEEDED;
        throw new Refused(new Refusal(
                reason,
                reason.text() + " Ask the user to open " + url + " and call again afterwards.",
                "",
                new TreeSet<>(),
                "",
                0));
    }

    /** Any answer but a yes; that none came means that the agent asks whether it is done. */
    private static boolean isRefused(Envelope request) {
        JsonDocument document = request.document();
        int answer = document.member(request.param(McpNames.INPUT_RESPONSES), ANSWER);
        return document.is(answer, Kind.OBJECT) && !document.stringEquals(document.member(answer, ACTION), ACCEPT);
    }

    private Envelope question(URI url, String says) {
        String json =
                "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{\""
                        + KEY + "\":{\"method\":\"elicitation/create\",\"params\":{\"mode\":\"url\",\"url\":"
                        + quoted(url.toString()) + ",\"message\":" + quoted(says) + "}}}}}";
        try {
            return Envelope.read(StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), limits));
        } catch (JsonRefused | NotJsonRpc impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
