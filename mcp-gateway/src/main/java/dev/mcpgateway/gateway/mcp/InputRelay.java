package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.connectors.mcp.Dialogue;
import dev.mcpgateway.connectors.mcp.ReplyListener;
import dev.mcpgateway.connectors.mcp.UpstreamCall;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.mcp.UpstreamReply.InputNeeded;
import dev.mcpgateway.connectors.mcp.UpstreamReply.ProtocolError;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.mcp.HeldCalls.Step;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.ToolSettings;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Carries a call out, whichever way the upstream has to ask for input on the way and whichever way the agent has to
 * answer. An upstream of 2026-07-28 answers with what it needs, an earlier one sends a request and keeps its call open;
 * an agent of 2026-07-28 gets a result that asks and sends its request anew, an earlier one gets a request on its stream.
 *
 * <table>
 * <caption>What happens</caption>
 * <tr><th>agent, upstream</th><th>way</th></tr>
 * <tr><td>modern, modern</td><td>passed on, the upstream's state sealed</td></tr>
 * <tr><td>modern, legacy</td><td>the upstream's call is held between the agent's requests</td></tr>
 * <tr><td>legacy, legacy</td><td>request to request, while the call runs</td></tr>
 * <tr><td>legacy, modern</td><td>each thing is asked on the stream, then the upstream is called anew</td></tr>
 * </table>
 */
final class InputRelay {
    /** Most rounds of one call of an earlier agent; an upstream that asks more often does not want an answer. */
    private static final int ROUNDS_MAX = 16;

    private static final long URL_ELICITATION_REQUIRED = -32042;
    private static final String LOG_LEVEL_DEFAULT = "info";

    private final Upstreams upstreams;
    private final HeldCalls held;
    private final KillSwitch kills;
    private final ResultScreen screen;
    private final Duration inputWait;

    InputRelay(Upstreams upstreams, HeldCalls held, KillSwitch kills, ResultScreen screen, Duration inputWait) {
        this.upstreams = upstreams;
        this.held = held;
        this.kills = kills;
        this.screen = screen;
        this.inputWait = inputWait;
    }

    /**
     * A call that may be carried out, and what it may be asked.
     *
     * @param permit the proof that the caller may
     * @param ticket the proof that it is recorded
     * @param capabilities what is declared to the upstream: the agent's own, as far as operator and policy allow
     * @param state what came back of an earlier round
     */
    record Conversation(
            AgentRequest request,
            Feature feature,
            Permit permit,
            AuditTicket ticket,
            ToolSettings settings,
            ClientCapabilities capabilities,
            RequestState state,
            CallTrace trace) {
        String alias() {
            return permit.feature().alias();
        }

        private boolean mayAskAll(List<AgentQuestion> questions, JsonDocument document) {
            return questions.stream().allMatch(question -> question.isDeclared(capabilities, document));
        }
    }

    /**
     * How a call went on.
     *
     * @param next what an agent that is asked for input is to send back
     */
    record Landed(UpstreamReply reply, RequestState next) {}

    /** What the agent says it can be asked, as far as operator and policy allow this call to ask. */
    ClientCapabilities capabilities(AgentRequest request, Feature feature, Policy policy, Instant now) {
        Set<InputKind> relay = upstreams.relay(feature.name().alias());
        if (relay.isEmpty() || !feature.takesInput()) {
            return ClientCapabilities.NONE;
        }
        Set<InputKind> allowed = EnumSet.copyOf(relay);
        boolean maySample = feature.name().kind() == FeatureKind.TOOL
                && policy.maySample(request.caller().subject(), feature.name(), now);
        if (!maySample) {
            allowed.remove(InputKind.SAMPLING);
        }
        return declared(request)
                .only(allowed.stream().map(kind -> kind.capability().text()).collect(Collectors.toSet()));
    }

    /** What the agent says it can be asked. */
    static ClientCapabilities declared(AgentRequest request) {
        Session session = request.session();
        return session == null
                ? ClientCapabilities.of(
                        request.envelope().document(), request.envelope().meta(McpNames.META_CLIENT_CAPABILITIES))
                : session.capabilities();
    }

    /** How long a question waits for its answer. */
    Duration inputWait() {
        return inputWait;
    }

    /**
     * Carries a call out until it has a result or an agent of 2026-07-28 is to be asked.
     *
     * @param call the upstream's call for what is said in this round
     * @throws Refused if the upstream asks for what it may not ask, or the state belongs to no call
     */
    Landed carryOut(Conversation conversation, Function<Dialogue, UpstreamCall> call, AgentReply reply) {
        Session session = conversation.request().session();
        return session == null
                ? inRounds(conversation, call, reply)
                : new Landed(onStream(conversation, call, reply), RequestState.NONE);
    }

    private Landed inRounds(Conversation conversation, Function<Dialogue, UpstreamCall> call, AgentReply reply) {
        Consumer<Envelope> notified = notification -> screen.relay(conversation, notification, reply);
        if (conversation.state().isHeld()) {
            // the call carries the progress token of a request that is over
            Consumer<Envelope> retold = notification ->
                    retold(conversation, notification).ifPresent(message -> screen.relay(conversation, message, reply));
            return landed(conversation, askable(conversation, resumed(conversation, retold), retold));
        }
        UpstreamCall first = call.apply(dialogue(conversation));
        if (conversation.capabilities().isEmpty() || !upstreams.asksDuringCalls(conversation.alias())) {
            return landed(
                    conversation, new Step.Ended(call(conversation, first, asking(conversation, notified::accept))));
        }
        Step begun = held.begin(
                principal(conversation),
                conversation.alias(),
                upstreams.heldMax(conversation.alias()),
                hold -> call(conversation, first, asking(conversation, hold)),
                notified,
                () -> isStopped(conversation),
                conversation.request().exchange().heldBody());
        return landed(conversation, answeredAhead(conversation, begun, notified));
    }

    private UpstreamReply call(Conversation conversation, UpstreamCall call, ReplyListener listener) {
        return upstreams.call(conversation.permit(), conversation.ticket(), call, listener);
    }

    private boolean isStopped(Conversation conversation) {
        return kills.stopped(conversation.request().caller()) != null
                || kills.isStopped(conversation.feature().name());
    }

    private static String principal(Conversation conversation) {
        return conversation.request().caller().key();
    }

    private Step resumed(Conversation conversation, Consumer<Envelope> notified) {
        String id = conversation.state().heldCall();
        Envelope asked = held.question(id, principal(conversation)).orElseThrow(InputRelay::noLongerOpen);
        requireObjects(conversation.request().envelope(), asked);
        Optional<List<byte[]>> answers = answers(conversation, asked);
        return answers.isEmpty()
                ? new Step.Asked(id, asked)
                : held.resume(id, principal(conversation), answers.get(), notified)
                        .orElseThrow(InputRelay::noLongerOpen);
    }

    /** An agent that knows what it will be asked may answer with its first request, each question once. */
    private Step answeredAhead(Conversation conversation, Step begun, Consumer<Envelope> notified) {
        Set<String> answered = new HashSet<>();
        Step next = begun;
        while (next instanceof Step.Asked(String id, Envelope asked)) {
            Optional<List<byte[]>> answers = answers(conversation, asked);
            boolean isNew = questions(asked).stream().allMatch(question -> answered.add(question.key()));
            if (answers.isEmpty() || !isNew) {
                return next;
            }
            next = held.resume(id, principal(conversation), answers.get(), notified)
                    .orElseThrow(InputRelay::noLongerOpen);
        }
        return next;
    }

    /** Refuses a malformed answer; the call stays held, and its agent can answer anew. */
    private static void requireObjects(Envelope request, Envelope asked) {
        JsonDocument document = request.document();
        for (AgentQuestion question : questions(asked)) {
            int answer = document.member(request.param(McpNames.INPUT_RESPONSES), Name.of(question.key()));
            if (answer != JsonDocument.NONE && !document.is(answer, Kind.OBJECT)) {
                throw new Refused(Refusal.saying(Reason.BAD_PARAMS, "each of params.inputResponses must be an object"));
            }
        }
    }

    /** What the request answers to all that is asked; empty if something is missing or is no answer. */
    private static Optional<List<byte[]>> answers(Conversation conversation, Envelope asked) {
        if (conversation.state().isConsent()) {
            // they answer the gateway's own question
            return Optional.empty();
        }
        Envelope request = conversation.request().envelope();
        JsonDocument document = request.document();
        List<byte[]> answers = new ArrayList<>();
        for (AgentQuestion question : questions(asked)) {
            int answer = document.member(request.param(McpNames.INPUT_RESPONSES), Name.of(question.key()));
            if (!document.is(answer, Kind.OBJECT)) {
                return Optional.empty();
            }
            answers.add(tail("result", document.rawBytes(answer)));
        }
        return Optional.of(answers);
    }

    /**
     * The held call was begun with what the agent declared then; what it does not declare any more, or may no longer be
     * asked, is refused to the server.
     */
    private Step askable(Conversation conversation, Step step, Consumer<Envelope> notified) {
        Step next = step;
        while (next instanceof Step.Asked(String id, Envelope question)
                && !conversation.mayAskAll(questions(question), question.document())) {
            next = held.resume(
                            id,
                            principal(conversation),
                            AgentQuestion.refused(question, "this cannot be asked here"),
                            notified)
                    .orElseThrow(InputRelay::noLongerOpen);
        }
        return next;
    }

    private static Refused noLongerOpen() {
        return new Refused(Refusal.saying(
                Reason.BAD_REQUEST_STATE, "the call that it continues is no longer open, so begin a new one"));
    }

    /** A notification of a held call with the token of the request that goes on with it; nothing if that has none. */
    private Optional<Envelope> retold(Conversation conversation, Envelope notification) {
        int token = notification.param(McpNames.PROGRESS_TOKEN);
        if (!notification.method().equals("notifications/progress") || token == JsonDocument.NONE) {
            return Optional.of(notification);
        }
        Envelope request = conversation.request().envelope();
        int own = request.meta(McpNames.PROGRESS_TOKEN);
        return own == JsonDocument.NONE
                ? Optional.empty()
                : Optional.of(edited(new Splice(notification.document())
                        .replace(token, request.document().rawBytes(own))));
    }

    private Envelope edited(Splice splice) {
        try {
            return Envelope.read(StrictJson.parse(splice.toBytes(), screen.limits()));
        } catch (JsonRefused | NotJsonRpc refused) {
            throw new Refused(
                    Refusal.of(Reason.UPSTREAM_MALFORMED, refused.getClass().getSimpleName()));
        }
    }

    private static Dialogue dialogue(Conversation conversation) {
        Envelope request = conversation.request().envelope();
        if (conversation.state().isConsent()) {
            return new Dialogue(
                    conversation.capabilities(),
                    null,
                    null,
                    conversation.request().logLevel().map(LogLevel::text).orElse(null));
        }
        int responses =
                conversation.feature().takesInput() ? request.param(McpNames.INPUT_RESPONSES) : JsonDocument.NONE;
        byte[] inner = conversation.state().inner();
        return new Dialogue(
                conversation.capabilities(),
                inner.length == 0 ? null : inner,
                responses == JsonDocument.NONE ? null : request.document().rawBytes(responses),
                conversation.request().logLevel().map(LogLevel::text).orElse(null));
    }

    private Landed landed(Conversation conversation, Step step) {
        return switch (step) {
            case Step.Asked(String id, Envelope question) ->
                new Landed(new InputNeeded(question), new RequestState(id, new byte[0]));
            case Step.Ended(InputNeeded(Envelope message)) ->
                new Landed(
                        new InputNeeded(prepared(conversation, message)), new RequestState("", upstreamState(message)));
            case Step.Ended(ProtocolError error) -> landed(conversation, error);
            case Step.Ended(UpstreamReply reply) -> new Landed(reply, RequestState.NONE);
        };
    }

    /** An upstream of 2025-11-25 refuses until pages were opened; the agent is asked, then calls again. */
    private Landed landed(Conversation conversation, ProtocolError error) {
        List<AgentQuestion> pages = pages(conversation, error);
        if (pages.isEmpty()) {
            return new Landed(error, RequestState.NONE);
        }
        Envelope question = AgentQuestion.asResult(pages, error.message().document(), screen.limits());
        return new Landed(new InputNeeded(prepared(conversation, question)), RequestState.NONE);
    }

    /** The pages that are to be opened first; an error that holds them asks the user as much as any request does. */
    private static List<AgentQuestion> pages(Conversation conversation, ProtocolError error) {
        List<AgentQuestion> pages =
                error.code() == URL_ELICITATION_REQUIRED ? AgentQuestion.ofUrlError(error.message()) : List.of();
        if (!conversation.mayAskAll(pages, error.message().document())) {
            throw new Refused(Refusal.of(Reason.INPUT_NOT_RELAYED, "pages to open were not declared to it"));
        }
        return pages;
    }

    /** The same for an agent that knows the error itself: each page says which server wants it opened. */
    private ProtocolError named(Conversation conversation, ProtocolError error) {
        List<AgentQuestion> pages = pages(conversation, error);
        if (pages.isEmpty()) {
            return error;
        }
        return new ProtocolError(withNames(conversation, error.message(), pages), error.code(), error.httpStatus());
    }

    private static byte[] upstreamState(Envelope message) {
        int state = message.document().member(message.result(), McpNames.REQUEST_STATE);
        return state == JsonDocument.NONE ? new byte[0] : message.document().rawBytes(state);
    }

    /** Hears a call; what it asks is prepared before it goes on to {@code answering}. */
    private ReplyListener asking(Conversation conversation, HeldCalls.Listener answering) {
        return new ReplyListener() {
            @Override
            public void notification(Envelope message) {
                answering.notification(message);
            }

            @Override
            public void repeated(String why) {
                conversation.trace().upstreamRepeats();
            }

            @Override
            public byte[] request(Envelope question) {
                return requests(List.of(question)).getFirst();
            }

            @Override
            public List<byte[]> requests(List<Envelope> together) {
                try {
                    return answering.ask(prepared(conversation, AgentQuestion.asResult(together, screen.limits())));
                } catch (Refused refused) {
                    return together.stream()
                            .map(_ -> AgentQuestion.refused("this cannot be asked here"))
                            .toList();
                }
            }
        };
    }

    private UpstreamReply onStream(Conversation conversation, Function<Dialogue, UpstreamCall> call, AgentReply reply) {
        ReplyListener listener = asking(conversation, new HeldCalls.Listener() {
            @Override
            public void notification(Envelope message) {
                screen.relay(conversation, message, reply);
            }

            @Override
            public List<byte[]> ask(Envelope prepared) {
                return questions(prepared).stream()
                        .map(question -> tail(InputRelay.this.ask(conversation, prepared, question, reply, 0)))
                        .toList();
            }
        });
        @Nullable String logLevel = logLevel(conversation);
        Dialogue dialogue = new Dialogue(conversation.capabilities(), null, null, logLevel);
        for (int round = 0; round < ROUNDS_MAX; round++) {
            UpstreamReply answer = call(conversation, call.apply(dialogue), listener);
            if (answer instanceof ProtocolError error) {
                return named(conversation, error);
            }
            if (!(answer instanceof InputNeeded(Envelope message))
                    || Thread.currentThread().isInterrupted()) {
                return answer;
            }
            byte[] state = upstreamState(message);
            dialogue = new Dialogue(
                    conversation.capabilities(),
                    state.length == 0 ? null : state,
                    responses(conversation, prepared(conversation, message), reply, round),
                    logLevel);
        }
        throw new Refused(Refusal.of(Reason.UPSTREAM_MALFORMED, "it asks for input again and again"));
    }

    /** All answers; {@code null} where nothing was asked. */
    private byte @Nullable [] responses(Conversation conversation, Envelope prepared, AgentReply reply, int round) {
        List<AgentQuestion> questions = questions(prepared);
        if (questions.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        json.write('{');
        for (AgentQuestion question : questions) {
            AgentAnswer answer = ask(conversation, prepared, question, reply, round);
            if (!(answer instanceof AgentAnswer.Given(Envelope message)) || message.shape() != Shape.RESULT) {
                throw new Refused(
                        Thread.currentThread().isInterrupted()
                                ? Refusal.of(Reason.CANCELLED)
                                : Refusal.of(Reason.INPUT_NOT_GIVEN, describe(answer)));
            }
            if (json.size() > 1) {
                json.write(',');
            }
            json.writeBytes(JsonText.quote(question.key()));
            json.write(':');
            json.writeBytes(message.document().rawBytes(message.result()));
        }
        json.write('}');
        return json.toByteArray();
    }

    private AgentAnswer ask(
            Conversation conversation, Envelope prepared, AgentQuestion question, AgentReply reply, int round) {
        AgentRequest request = conversation.request();
        Session session = request.session();
        if (session == null) {
            throw new IllegalStateException("only a legacy agent is asked on its stream");
        }
        String elicitationId = request.exchange().id() + "-" + round + "-" + question.key();
        byte[] params = question.legacyParams(prepared.document(), elicitationId);
        return session.ask(reply::question, question.kind().method(), params, inputWait);
    }

    private static String describe(AgentAnswer answer) {
        return switch (answer) {
            case AgentAnswer.Given _ -> "the agent answered with an error";
            case AgentAnswer.Missing(var why) -> "no answer of the agent: " + why;
        };
    }

    private static byte[] tail(AgentAnswer answer) {
        return switch (answer) {
            case AgentAnswer.Given(Envelope message)
            when message.shape() == Shape.RESULT ->
                tail("result", message.document().rawBytes(message.result()));
            case AgentAnswer.Given(Envelope message) ->
                tail("error", message.document().rawBytes(message.error()));
            case AgentAnswer.Missing _ -> AgentQuestion.refused("no answer of the user came");
        };
    }

    private static byte[] tail(String member, byte[] value) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(member.length() + 3 + value.length);
        json.writeBytes(('"' + member + "\":").getBytes(StandardCharsets.UTF_8));
        json.writeBytes(value);
        return json.toByteArray();
    }

    /** Earlier agents say once per session what they want to read; the new revision wants to hear it with each call. */
    private @Nullable String logLevel(Conversation conversation) {
        Optional<LogLevel> chosen = conversation.request().logLevel();
        return chosen.isEmpty() && upstreams.asksDuringCalls(conversation.alias())
                ? null
                : chosen.map(LogLevel::text).orElse(LOG_LEVEL_DEFAULT);
    }

    private static List<AgentQuestion> questions(Envelope prepared) {
        return AgentQuestion.of(prepared).orElseThrow(() -> new IllegalArgumentException("was read before"));
    }

    /**
     * What is asked, in the form in which the agent may see it: only what it declared, no secrets, screened, and with the
     * name of the server that asks.
     *
     * @throws Refused if it may not be asked
     */
    private Envelope prepared(Conversation conversation, Envelope message) {
        JsonDocument document = message.document();
        List<AgentQuestion> questions = AgentQuestion.of(message)
                .orElseThrow(() -> new Refused(Refusal.of(
                        Reason.UPSTREAM_MALFORMED,
                        "it asks for what is no elicitation, sampling or roots, or too much at once")));
        boolean asksNothing =
                questions.isEmpty() && document.member(message.result(), McpNames.REQUEST_STATE) == JsonDocument.NONE;
        if (asksNothing || !conversation.feature().takesInput()) {
            throw new Refused(Refusal.of(Reason.UPSTREAM_MALFORMED, "it asks for input that cannot be given"));
        }
        for (AgentQuestion question : questions) {
            if (!question.isDeclared(conversation.capabilities(), document)) {
                throw new Refused(
                        Refusal.of(Reason.INPUT_NOT_RELAYED, question.kind().method() + " was not declared to it"));
            }
            if (question.asksForSecrets(document)) {
                throw new Refused(Refusal.of(Reason.INPUT_NOT_RELAYED, "its form asks for a password or key"));
            }
        }
        Envelope screened = screen.question(conversation, message);
        return withNames(conversation, screened, questions(screened));
    }

    /** The message in which each of these says which server asks. After redaction, which writes texts anew. */
    private Envelope withNames(Conversation conversation, Envelope message, List<AgentQuestion> questions) {
        Splice splice = new Splice(message.document());
        questions.forEach(question -> question.nameAsker(message.document(), conversation.alias(), splice));
        return splice.isEmpty() ? message : edited(splice);
    }
}
