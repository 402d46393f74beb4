package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.connectors.wire.AgentMessage;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Answers.PeerGone;
import dev.mcpgateway.gateway.mcp.InputRelay.Conversation;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Oversize;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.ToolSettings;
import dev.mcpgateway.policy.arguments.CompiledSchema;
import dev.mcpgateway.policy.screen.ResponseScreen;
import dev.mcpgateway.policy.screen.ScreenedResult;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The SCREEN stage: bounds what came back, screens all text of it, applies redactions, checks that a redacted result
 * still fits its schema, and writes it for the agent's era.
 */
final class ResultScreen {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Name LEVEL = Name.of("level");
    private static final String MISSING_CAPABILITY = "-32021";

    private final ResponseScreen screen;
    private final Telemetry telemetry;
    private final byte[] serverInfo;
    private final int replyBytesMax;
    private final int resultBytesMax;
    private final JsonLimits limits;

    ResultScreen(
            ResponseScreen screen,
            Telemetry telemetry,
            byte[] serverInfo,
            int replyBytesMax,
            int resultBytesMax,
            int jsonDepth) {
        this.screen = screen;
        this.telemetry = telemetry;
        this.serverInfo = serverInfo;
        this.replyBytesMax = replyBytesMax;
        this.resultBytesMax = resultBytesMax;
        this.limits = JsonLimits.forReplies(replyBytesMax * 2, jsonDepth);
    }

    /** What screening saw, and either an answer or a refusal. */
    record Outcome(
            ScreenRecord record,
            @Nullable Answerable answer,
            @Nullable Refusal refusal) {}

    /** Most that is read of an upstream's answer. */
    int replyBytesMax() {
        return replyBytesMax;
    }

    Outcome screen(Permit permit, ToolSettings settings, Feature feature, AgentRequest request, Envelope message) {
        long max = resultBytesMax(permit);
        long length = message.document().bytes().length;
        boolean tooLarge = length > max;
        boolean mayCut = request.envelope().method().equals("tools/call") && feature.output() == null;
        if (tooLarge && (settings.onLargeResult() == Oversize.REJECT || !mayCut)) {
            return new Outcome(ScreenRecord.NONE, null, tooLarge(length, max));
        }
        ResultText.Text text = ResultText.of(message.document());
        ScreenedResult screened =
                screen.screen(permit, settings.screening(), message.document().bytes(), text.segments());
        ScreenRecord record = CallRecords.screen(screened.verdict(), text.unscanned());
        if (!screened.verdict().findings().isEmpty()) {
            telemetry.screened(record.action(), screened.verdict().findings().size());
        }
        if (screened.withheld()) {
            return new Outcome(record, null, Refusal.of(Reason.SCREENED));
        }
        try {
            return answer(feature, request, message, screened, record, tooLarge ? (int) max : 0);
        } catch (JsonRefused | NotJsonRpc | JacksonException failure) {
            return new Outcome(
                    record,
                    null,
                    Refusal.of(Reason.RESULT_INVALID, failure.getClass().getSimpleName()));
        }
    }

    private long resultBytesMax(Permit permit) {
        return Math.min(resultBytesMax, permit.limits().resultBytesMax().orElse(Long.MAX_VALUE));
    }

    private static Refusal tooLarge(long length, long max) {
        Reason reason = Reason.RESULT_TOO_LARGE;
        return new Refusal(
                reason,
                reason.text() + " It has " + length + " bytes; at most " + max + " are passed on.",
                length + " of at most " + max + " bytes",
                Refusal.of(reason).scopes(),
                "",
                0);
    }

    private Outcome answer(
            Feature feature,
            AgentRequest request,
            Envelope message,
            ScreenedResult screened,
            ScreenRecord record,
            int cutTo)
            throws JsonRefused, NotJsonRpc {
        Splice edits = redactions(message.document(), screened);
        if (!edits.isEmpty() && !fitsSchema(feature, message, edits)) {
            return new Outcome(record, null, Refusal.of(Reason.RESULT_INVALID, "redacted"));
        }
        Envelope effective = message;
        if (cutTo > 0) {
            effective = Envelope.read(StrictJson.parse(edits.toBytes(), limits));
            effective = Envelope.read(StrictJson.parse(TextCut.cut(effective, cutTo), limits));
            edits = new Splice(effective.document());
        }
        byte[] bytes = effective.shape() == Shape.ERROR
                ? AgentMessage.error(edits, effective, request.revision().era(), request.id())
                        .toBytes()
                : AgentMessage.result(
                                edits,
                                effective,
                                request.revision().era(),
                                request.id(),
                                serverInfo,
                                feature.schemaIsWrapped(),
                                request.envelope().method().equals("resources/read"))
                        .toBytes();
        Answerable answer =
                new Answerable(screened, bytes, httpStatus(message, request), status(message), errorType(message));
        return new Outcome(record, answer, null);
    }

    /** An upstream that misses a capability of the agent is told of with the status that 2026-07-28 asks for. */
    private static int httpStatus(Envelope message, AgentRequest request) {
        return !request.isLegacy() && MISSING_CAPABILITY.equals(errorType(message)) ? 400 : 200;
    }

    private static Splice redactions(JsonDocument document, ScreenedResult screened) {
        Splice splice = new Splice(document);
        screened.edits().forEach(edit -> splice.replace(edit.start(), edit.end(), edit.replacement()));
        return splice;
    }

    /** A result whose redaction breaks the schema would be taken for good data by its reader. */
    private static boolean fitsSchema(Feature feature, Envelope message, Splice edits) {
        int structured = message.document().member(message.result(), McpNames.STRUCTURED_CONTENT);
        CompiledSchema output = feature.output();
        if (output == null || structured == JsonDocument.NONE) {
            return true;
        }
        return output.validate(JSON.readTree(edits.toBytes(structured))).isEmpty();
    }

    private static CallStatus status(Envelope message) {
        if (message.shape() == Shape.ERROR) {
            return CallStatus.PROTOCOL_ERROR;
        }
        return CallPath.isToolError(message) ? CallStatus.TOOL_ERROR : CallStatus.OK;
    }

    private static @Nullable String errorType(Envelope message) {
        return switch (status(message)) {
            case PROTOCOL_ERROR -> {
                JsonDocument document = message.document();
                int code = document.member(message.error(), McpNames.CODE);
                yield code == JsonDocument.NONE ? "protocol_error" : document.raw(code);
            }
            case TOOL_ERROR -> "tool_error";
            default -> null;
        };
    }

    /** The limits that messages made here keep. */
    JsonLimits limits() {
        return limits;
    }

    /**
     * Screens what an upstream asks of the agent.
     *
     * @throws Refused if it is withheld, too large, or no message any more
     */
    Envelope question(Conversation conversation, Envelope message) {
        long max = resultBytesMax(conversation.permit());
        if (message.document().bytes().length > max) {
            throw new Refused(tooLarge(message.document().bytes().length, max));
        }
        ScreenedResult screened = screened(conversation, message.document());
        if (screened.withheld()) {
            throw new Refused(Refusal.of(Reason.SCREENED, "what the upstream asks for"));
        }
        try {
            Splice redacted = redactions(message.document(), screened);
            return redacted.isEmpty() ? message : Envelope.read(StrictJson.parse(redacted.toBytes(), limits));
        } catch (JsonRefused | NotJsonRpc failure) {
            throw new Refused(
                    Refusal.of(Reason.RESULT_INVALID, failure.getClass().getSimpleName()));
        }
    }

    /** A result that asks an agent of 2026-07-28 for input, made of what {@link #question} gave. */
    Outcome inputRequired(Conversation conversation, Envelope prepared, byte[] requestState) {
        ResultText.Text text = ResultText.of(prepared.document());
        ScreenedResult screened = screened(conversation, prepared.document());
        ScreenRecord record = CallRecords.screen(screened.verdict(), text.unscanned());
        if (screened.withheld()) {
            return new Outcome(record, null, Refusal.of(Reason.SCREENED));
        }
        byte[] message = AgentMessage.inputRequired(
                        new Splice(prepared.document()),
                        prepared,
                        conversation.request().id(),
                        serverInfo,
                        requestState)
                .toBytes();
        return new Outcome(record, new Answerable(screened, message, 200, CallStatus.INPUT_REQUIRED, null), null);
    }

    private ScreenedResult screened(Conversation conversation, JsonDocument document) {
        return screen.screen(
                conversation.permit(),
                conversation.settings().screening(),
                document.bytes(),
                ResultText.of(document).segments());
    }

    /**
     * Passes on progress, and log messages of a level that the agent asked for; what screening withholds is dropped. An
     * agent that is gone cancels the call.
     */
    void relay(Conversation conversation, Envelope notification, AgentReply reply) {
        boolean wanted = switch (notification.method()) {
            case "notifications/progress" -> true;
            case "notifications/message" -> isLogged(conversation.request(), notification);
            default -> false;
        };
        if (!wanted) {
            return;
        }
        JsonDocument document = notification.document();
        ScreenedResult screened = screened(conversation, document);
        if (screened.withheld()) {
            return;
        }
        try {
            reply.notification(redactions(document, screened).toBytes());
        } catch (PeerGone gone) {
            Thread.currentThread().interrupt();
        }
    }

    /** Agents of 2026-07-28 get none unless they ask; earlier ones get all until they choose. */
    private static boolean isLogged(AgentRequest request, Envelope notification) {
        JsonDocument document = notification.document();
        int level = notification.param(LEVEL);
        Optional<LogLevel> sent =
                document.is(level, Kind.STRING) ? LogLevel.of(document.string(level)) : Optional.empty();
        Optional<LogLevel> wanted = request.logLevel();
        return sent.isPresent()
                && (wanted.isEmpty() ? request.isLegacy() : wanted.get().includes(sent.get()));
    }
}
