package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.policy.FeatureName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an agent of 2026-07-28 carries between the rounds of one request (Multi Round-Trip Requests): the upstream's own
 * {@code requestState}, or which held call goes on. Sealed, because an agent could otherwise forge it, hand it to
 * another user or use it for other arguments (S-44 to S-46); it is good for one principal, view, method, feature and
 * set of arguments, for a limited time.
 *
 * @param heldCall id of the call that waits for the answers; empty when none does
 * @param inner the upstream's {@code requestState} as JSON text; empty when it gave none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RequestState(String heldCall, byte[] inner) {
    /** The first round: nothing was asked yet. */
    static final RequestState NONE = new RequestState("", new byte[0]);

    /** The user was sent to agree to the use of the upstream: nothing was asked there yet, so the call begins anew. */
    static final RequestState CONSENT = new RequestState("", "consent".getBytes(StandardCharsets.US_ASCII));

    private static final byte HELD = 1;

    private static final byte INNER = 2;
    private static final JsonMapper CANONICAL = JsonMapper.builder()
            // as doubles, numbers that differ in their last digits would be equal
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    boolean isHeld() {
        return !heldCall.isEmpty();
    }

    /** Whether it is {@link #CONSENT}; no JSON text reads like that. */
    boolean isConsent() {
        return heldCall.isEmpty() && Arrays.equals(inner, CONSENT.inner);
    }

    /** Seals states and opens them again. */
    static final class Sealer {
        private final Seal seal;
        private final InstantSource clock;
        private final Duration lifetime;

        /** States expire after {@code lifetime}. */
        Sealer(Seal seal, InstantSource clock, Duration lifetime) {
            this.seal = seal;
            this.clock = clock;
            this.lifetime = lifetime;
        }

        /** The {@code requestState} for the agent, as JSON text. */
        byte[] seal(RequestState state, AgentRequest request, FeatureName feature) {
            byte[] rest = state.isHeld() ? state.heldCall().getBytes(StandardCharsets.UTF_8) : state.inner();
            byte[] content = ByteBuffer.allocate(Long.BYTES + 1 + rest.length)
                    .putLong(clock.instant().plus(lifetime).toEpochMilli())
                    .put(state.isHeld() ? HELD : INNER)
                    .put(rest)
                    .array();
            return JsonText.quote(seal.seal(content, boundTo(request, feature)));
        }

        /**
         * The state that a request carries; {@link RequestState#NONE} when it carries none.
         *
         * @throws Refused if it is not one that this gateway gave to this caller for this very request, or too old
         */
        RequestState open(AgentRequest request, FeatureName feature) {
            Envelope envelope = request.envelope();
            int node = envelope.param(McpNames.REQUEST_STATE);
            if (node == JsonDocument.NONE) {
                return NONE;
            }
            JsonDocument document = envelope.document();
            if (!document.is(node, Kind.STRING)) {
                throw new Refused(Reason.BAD_REQUEST_STATE);
            }
            byte[] content = seal.open(document.string(node), boundTo(request, feature))
                    .orElseThrow(() -> new Refused(Reason.BAD_REQUEST_STATE));
            ByteBuffer buffer = ByteBuffer.wrap(content);
            if (clock.instant().isAfter(Instant.ofEpochMilli(buffer.getLong()))) {
                throw new Refused(Reason.BAD_REQUEST_STATE);
            }
            boolean held = buffer.get() == HELD;
            byte[] rest = Arrays.copyOfRange(content, buffer.position(), content.length);
            return held
                    ? new RequestState(new String(rest, StandardCharsets.UTF_8), new byte[0])
                    : new RequestState("", rest);
        }

        private static List<String> boundTo(AgentRequest request, FeatureName feature) {
            return List.of(
                    "requestState",
                    request.caller().key(),
                    request.view().name(),
                    request.envelope().method(),
                    feature.kind().name(),
                    feature.canonical(),
                    argumentsDigest(request.envelope()));
        }

        /** Equal for equal arguments, in whichever order their members stand. */
        private static String argumentsDigest(Envelope envelope) {
            int node = envelope.param(McpNames.ARGUMENTS);
            if (node == JsonDocument.NONE) {
                return "";
            }
            JsonDocument document = envelope.document();
            Object arguments =
                    CANONICAL.readValue(document.bytes(), document.start(node), document.length(node), Map.class);
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(CANONICAL.writeValueAsBytes(arguments)));
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
