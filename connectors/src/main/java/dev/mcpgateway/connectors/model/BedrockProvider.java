package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.CredentialUse;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Models on AWS Bedrock. Anthropic's: Messages by {@code InvokeModel} and {@code InvokeModelWithResponseStream}, and counts
 * of tokens by {@code CountTokens}; what Bedrock adds to answers and events passes on as it is. Others': requests that were
 * brought into the shape of {@code Converse} and {@code ConverseStream}. Errors have Anthropic's shape in both. Limits of
 * time are as {@link HttpModelProvider}'s.
 */
public final class BedrockProvider implements ModelProvider {
    static final String VENDOR = "aws.bedrock";

    private static final String JSON = "application/json";
    private static final String EVENTS = "application/vnd.amazon.eventstream";
    private static final String BETA = "anthropic-beta";
    private static final Name INPUT_TOKENS = Name.of("inputTokens");
    private static final String COUNT = "x-amzn-bedrock-";

    private final ProviderSettings settings;
    private final String probed;
    private final Function<String, BedrockApi> asked;
    private final HttpTransport transport;
    private final HttpOrigin origin;
    private final String base;
    private final TimeSource time;

    /**
     * Prepares the connections; nothing is sent yet.
     *
     * @param settings as for every provider; their credential signs each request
     * @param probed the model at which keys are tried, by Bedrock's id
     * @param asked how a model is asked, by Bedrock's id
     */
    public BedrockProvider(
            ProviderSettings settings, String probed, Function<String, BedrockApi> asked, DeadlineSweeper sweeper) {
        this.settings = settings;
        this.time = sweeper.time();
        this.probed = probed;
        this.asked = asked;
        this.transport = HttpTransport.open(
                settings.connections(), OutboundGuard.forTarget(settings.baseUrl(), settings.allowNetworks()), sweeper);
        this.origin = HttpOrigin.of(settings.baseUrl());
        String path = HttpOrigin.target(settings.baseUrl());
        this.base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String vendor() {
        return VENDOR;
    }

    @Override
    public Optional<HttpOrigin> origin() {
        return Optional.of(origin);
    }

    @Override
    public boolean serves(ModelApi api, String model) {
        return api.protocol() == asked.apply(model).upstream().protocol();
    }

    @Override
    public List<String> leavesOut(Map<String, String> headers) {
        return betas(headers, false).map(each -> BETA + "=" + each).toList();
    }

    private Stream<String> betas(Map<String, String> headers, boolean passed) {
        return settings.betas(headers.getOrDefault(BETA, ""), passed);
    }

    @Override
    public ModelReply send(ModelCall call) {
        if (BedrockRequest.isBedrocksOwn(call.request().body())) {
            return ownMembers();
        }
        try {
            return sent(call);
        } catch (CredentialUnavailable none) {
            return new ModelReply.Failed(Faults.failure(none));
        } catch (HttpFault fault) {
            return new ModelReply.Failed(Faults.failure(fault));
        }
    }

    /** Anthropic itself refuses them, too. */
    private static ModelReply ownMembers() {
        BedrockFault fault = new BedrockFault(
                Cause.REJECTED,
                400,
                "invalid_request_error",
                "anthropic_version and anthropic_beta are no members of a request: they are header fields");
        return new ModelReply.Failed(
                new ModelFailure(fault.cause(), fault.status(), fault.json(), 0, "", "members of Bedrock's own"));
    }

    private ModelReply sent(ModelCall call) throws CredentialUnavailable, HttpFault {
        ModelRequest request = call.request();
        BedrockRequest edited = BedrockRequest.of(
                request, call.target(), betas(call.headers(), true).toList());
        List<HttpHeader> headers = new ArrayList<>();
        headers.add(new HttpHeader("accept", request.streamed() ? EVENTS : JSON));
        headers.add(new HttpHeader("content-type", JSON));
        Credential signature = settings.credential()
                .issue(new CredentialUse.Request(
                        call.workload(), origin, "POST", base + edited.path(), headers, edited.body()));
        headers.addAll(signature.headers());
        Deadline total = Deadline.after(settings.total(), time).orEarlier(Deadline.after(call.atMost(), time));
        HttpExchange exchange = transport.send(new HttpCall(
                "POST",
                base + edited.path(),
                headers,
                edited.body(),
                request.streamed() ? Deadline.after(settings.firstEvent(), time).orEarlier(total) : total,
                request.streamed() ? settings.streamBytesMax() : settings.replyBytesMax()));
        boolean streaming = false;
        boolean done = false;
        try {
            ModelReply reply = land(exchange, call, signature, total);
            streaming = reply instanceof ModelReply.Streaming;
            done = !(reply instanceof ModelReply.Failed);
            return reply;
        } finally {
            if (!done) {
                exchange.cancel();
            } else if (!streaming) {
                exchange.close();
            }
        }
    }

    @Override
    public Probe probe(UpstreamCredential key) {
        return new BedrockProbe(transport, origin, base, time).ask(probed, key, settings.replyBytesMax());
    }

    private ModelReply land(HttpExchange exchange, ModelCall call, Credential signature, Deadline total)
            throws HttpFault {
        String type = HttpModelProvider.mediaType(exchange);
        if (exchange.status() != 200) {
            return new ModelReply.Failed(error(exchange, type, signature));
        }
        // no other form than the one that was asked for can be read
        if (!type.equals(call.request().streamed() ? EVENTS : JSON)) {
            return failed(Cause.MALFORMED, "a content type that was not asked for");
        }
        return call.request().streamed() ? stream(exchange, call, signature, total) : whole(exchange, call);
    }

    private ModelReply stream(HttpExchange exchange, ModelCall call, Credential signature, Deadline total) {
        BedrockEvents events = new BedrockEvents(exchange.body(), call.request().api(), settings.jsonDepthMax());
        String requestId = HttpModelProvider.requestId(exchange);
        ModelReply reply = ProviderStream.open(
                exchange,
                events,
                call.request().api(),
                AnswerReader.of(call.request().api(), call.target(), exchange),
                new ProviderStream.Limits(false, settings.idle(), total, settings.jsonDepthMax(), time, signature),
                requestId);
        return reply instanceof ModelReply.Failed
                ? events.fault()
                        .<ModelReply>map(fault -> new ModelReply.Failed(failure(
                                fault, fault.status(), 0, requestId, signature, "an exception as the first event")))
                        .orElse(reply)
                : reply;
    }

    private ModelReply whole(HttpExchange exchange, ModelCall call) throws HttpFault {
        byte[] body = exchange.readAll(settings.replyBytesMax());
        String requestId = HttpModelProvider.requestId(exchange);
        if (call.request().api() == ModelApi.COUNT_TOKENS) {
            return count(body, requestId);
        }
        AnswerReader answer = AnswerReader.of(call.request().api(), call.target(), exchange);
        return switch (WholeAnswer.of(body, answer, settings, requestId)) {
            case ModelReply.Whole whole ->
                new ModelReply.Whole(whole.body(), requestId, counted(whole.facts(), exchange));
            case ModelReply.Failed(ModelFailure failure) ->
                new ModelReply.Failed(failure.with(counted(failure.facts(), exchange)));
            case ModelReply.Streaming streaming -> streaming;
        };
    }

    private ModelReply count(byte[] body, String requestId) {
        try {
            return count(
                    StrictJson.parse(body, JsonLimits.forReplies(settings.replyBytesMax(), settings.jsonDepthMax())),
                    requestId);
        } catch (JsonRefused refused) {
            return failed(Cause.MALFORMED, String.valueOf(refused.getMessage()));
        }
    }

    private static ModelReply count(JsonDocument answer, String requestId) {
        int count = answer.at(INPUT_TOKENS);
        if (!answer.is(count, Kind.NUMBER)) {
            return failed(Cause.MALFORMED, "a count without a number");
        }
        byte[] body = ("{\"input_tokens\":" + answer.raw(count) + "}").getBytes(StandardCharsets.US_ASCII);
        return new ModelReply.Whole(body, requestId, ModelFacts.NONE);
    }

    /** Usage that the body does not state stands in header fields. */
    private static ModelFacts counted(ModelFacts facts, HttpExchange exchange) {
        int input = tokens(exchange, "input");
        int output = tokens(exchange, "output");
        if (facts.usage().isKnown() || input < 0 || output < 0) {
            return facts;
        }
        int read = Math.max(0, tokens(exchange, "cache-read-input"));
        int written = Math.max(0, tokens(exchange, "cache-write-input"));
        return new ModelFacts(
                facts.servedModel(),
                facts.finishReason(),
                new ModelUsage((long) input + read + written, read, written, 0, output, 0),
                facts.uses(),
                facts.terms(),
                facts.id(),
                facts.resends());
    }

    private static int tokens(HttpExchange exchange, String which) {
        String count = exchange.header(COUNT + which + "-token-count").orElse("");
        return count.matches("[0-9]{1,9}") ? Integer.parseInt(count) : -1;
    }

    private ModelFailure error(HttpExchange exchange, String type, Credential signature) {
        int status = exchange.status();
        return failure(
                BedrockFault.of(exchange.header("x-amzn-errortype").orElse(""), status, sentence(exchange, type)),
                status,
                HttpModelProvider.retryAfter(exchange, time),
                HttpModelProvider.requestId(exchange),
                signature,
                "HTTP " + status);
    }

    private static ModelFailure failure(
            BedrockFault fault, int status, int retryAfter, String requestId, Credential signature, String detail) {
        boolean tells = status >= 400 && fault.isForTheAgent();
        byte[] body = tells ? KeyScrub.scrub(fault.json(), signature) : new byte[0];
        return new ModelFailure(fault.cause(), status, body, retryAfter, requestId, detail + ", " + fault.type());
    }

    private String sentence(HttpExchange exchange, String type) {
        try {
            return type.equals(JSON)
                    ? BedrockFault.sentence(
                            exchange.readAll(HttpModelProvider.ERROR_BYTES_MAX), settings.jsonDepthMax())
                    : "";
        } catch (HttpFault unreadable) {
            return "";
        }
    }

    private static ModelReply failed(Cause cause, String detail) {
        return new ModelReply.Failed(ModelFailure.of(cause, detail));
    }

    @Override
    public void close() {
        transport.close();
    }
}
