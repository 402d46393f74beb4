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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A provider that is asked over HTTP in its own protocol. Its limits of time are absolute: a slow drip moves none. */
public final class HttpModelProvider implements ModelProvider {
    /** Most bytes of an error answer; it is a sentence. */
    static final int ERROR_BYTES_MAX = 64 * 1024;

    /** Longest time that a provider's Retry-After is believed. */
    private static final int RETRY_SECONDS_MAX = 3600;

    private static final int REQUEST_ID_CHARS_MAX = 128;
    private static final String BETA = "-beta";

    private final ProviderSettings settings;
    private final HttpTransport transport;
    private final HttpOrigin origin;
    private final String target;
    private final TimeSource time;

    /** Prepares the connections; nothing is sent yet. */
    public HttpModelProvider(ProviderSettings settings, DeadlineSweeper sweeper) {
        this.settings = settings;
        this.transport = HttpTransport.open(
                settings.connections(), OutboundGuard.forTarget(settings.baseUrl(), settings.allowNetworks()), sweeper);
        this.origin = HttpOrigin.of(settings.baseUrl());
        String path = HttpOrigin.target(settings.baseUrl());
        this.target = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        this.time = sweeper.time();
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public String vendor() {
        return switch (settings.kind()) {
            case OPENAI -> "openai";
            case ANTHROPIC -> "anthropic";
            case OPENAI_COMPATIBLE -> settings.name();
            case AZURE_OPENAI -> "azure.ai.openai";
            case GEMINI -> "gcp.gemini";
            case BEDROCK -> BedrockProvider.VENDOR;
        };
    }

    @Override
    public Optional<HttpOrigin> origin() {
        return Optional.of(origin);
    }

    @Override
    public boolean serves(ModelApi api, String model) {
        return api.protocol() == settings.kind().protocol();
    }

    @Override
    public ModelReply send(ModelCall call) {
        try {
            return send(call, settings.credential().issue(new CredentialUse.Model(call.workload())));
        } catch (CredentialUnavailable none) {
            return new ModelReply.Failed(Faults.failure(none));
        } catch (HttpFault fault) {
            return new ModelReply.Failed(Faults.failure(fault));
        }
    }

    @Override
    public Probe probe(UpstreamCredential key) {
        return KeyProbe.ask(transport, target, settings.kind().protocol(), key, time, settings.replyBytesMax());
    }

    private ModelReply send(ModelCall call, Credential credential) throws HttpFault {
        ModelRequest request = call.request();
        RequestEdit edit = RequestEdit.of(request, call.target(), settings.asksForUsage());
        Deadline total = Deadline.after(settings.total(), time).orEarlier(Deadline.after(call.atMost(), time));
        Deadline head =
                request.streamed() ? Deadline.after(settings.firstEvent(), time).orEarlier(total) : total;
        HttpExchange exchange = transport.send(new HttpCall(
                "POST",
                target + path(request.api(), call.target(), request.streamed()),
                headers(call, credential),
                edit.body(),
                head,
                request.streamed() ? settings.streamBytesMax() : settings.replyBytesMax()));
        boolean streaming = false;
        boolean done = false;
        try {
            ModelReply reply = land(
                    exchange,
                    request,
                    credential,
                    new ProviderStream.Limits(
                            edit.asksForUsage(), settings.idle(), total, settings.jsonDepthMax(), time, credential));
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

    /** Where it is asked; of Gemini, and at Azure's older paths, the path names the model. */
    private String path(ModelApi api, String model, boolean streamed) {
        if (api == ModelApi.GENERATE_CONTENT) {
            return api.path() + "/" + segment(model)
                    + (streamed ? ":streamGenerateContent?alt=sse" : ":generateContent");
        }
        if (settings.apiVersion().isEmpty()) {
            return api.path();
        }
        String deployment = api == ModelApi.RESPONSES ? "" : "/deployments/" + segment(model);
        return "/openai" + deployment + api.path() + "?api-version=" + segment(settings.apiVersion());
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The credential comes last, so that nothing an agent sent can stand in its place. */
    private List<HttpHeader> headers(ModelCall call, Credential credential) {
        Map<String, String> headers = new TreeMap<>();
        call.headers().forEach((name, value) -> {
            String passed = name.endsWith(BETA) ? settings.betas(value, true).collect(Collectors.joining(",")) : value;
            if (settings.kind().headers().contains(name) && !passed.isEmpty()) {
                headers.put(name, passed);
            }
        });
        headers.put("content-type", "application/json");
        headers.put("accept", call.request().streamed() ? "text/event-stream" : "application/json");
        credential.headers().forEach(header -> headers.remove(header.name().toLowerCase(Locale.ROOT)));
        List<HttpHeader> all = new ArrayList<>();
        headers.forEach((name, value) -> all.add(new HttpHeader(name, value)));
        all.addAll(credential.headers());
        return all;
    }

    @Override
    public List<String> leavesOut(Map<String, String> headers) {
        List<String> left = new ArrayList<>();
        new TreeMap<>(headers).forEach((name, value) -> {
            if (name.endsWith(BETA) && settings.kind().headers().contains(name)) {
                settings.betas(value, false).forEach(each -> left.add(name + "=" + each));
            }
        });
        return left;
    }

    private ModelReply land(
            HttpExchange exchange, ModelRequest request, Credential credential, ProviderStream.Limits limits)
            throws HttpFault {
        String type = mediaType(exchange);
        if (exchange.status() != 200) {
            return new ModelReply.Failed(error(exchange, type, credential));
        }
        return switch (type) {
            case "application/json" -> whole(exchange, request.api());
            case "text/event-stream" ->
                request.streamed()
                        ? ProviderStream.open(exchange, request.api(), limits, requestId(exchange))
                        : failed(Cause.MALFORMED, "events that nobody asked for");
            default -> failed(Cause.MALFORMED, "a content type that is neither JSON nor an event stream");
        };
    }

    private ModelReply whole(HttpExchange exchange, ModelApi api) throws HttpFault {
        byte[] body = exchange.readAll(settings.replyBytesMax());
        return WholeAnswer.of(body, AnswerReader.of(api, exchange), settings, requestId(exchange));
    }

    private ModelFailure error(HttpExchange exchange, String type, Credential credential) {
        int status = exchange.status();
        ProviderError error =
                ProviderError.of(status < 400 ? new byte[0] : errorBody(exchange), settings.jsonDepthMax());
        Cause cause = error.cause(settings.kind(), status);
        boolean tells =
                type.equals("application/json") && cause != Cause.CREDENTIAL_REFUSED && cause != Cause.NOT_ENTITLED;
        return new ModelFailure(
                cause,
                status,
                tells ? KeyScrub.scrub(error.document(), credential) : new byte[0],
                retryAfter(exchange, time),
                requestId(exchange),
                "HTTP " + status);
    }

    static Cause cause(int status) {
        if (status < 400) {
            return Cause.MALFORMED;
        }
        if (status == 401 || status == 403) {
            return Cause.CREDENTIAL_REFUSED;
        }
        if (status == 429) {
            return Cause.RATE_LIMITED;
        }
        return status < 500 ? Cause.REJECTED : Cause.PROVIDER_ERROR;
    }

    /** Whatever its type is, since a proxy's text may say, too, that a request is too long; empty when it cannot be had. */
    private static byte[] errorBody(HttpExchange exchange) {
        try {
            return exchange.readAll(ERROR_BYTES_MAX);
        } catch (HttpFault unreadable) {
            return new byte[0];
        }
    }

    static int retryAfter(HttpExchange exchange, TimeSource time) {
        int millis = number(exchange.header("retry-after-ms").orElse(""));
        String after = exchange.header("retry-after").orElse("");
        int seconds = millis > 0 ? (millis + 999) / 1000 : number(after);
        return Math.min(seconds > 0 || after.isEmpty() ? seconds : until(after, time), RETRY_SECONDS_MAX);
    }

    /** A date is read by our clock, as RFC 9110 asks; a wrong one costs a pause that is bounded. */
    private static int until(String date, TimeSource time) {
        try {
            ZonedDateTime then = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration left = Duration.between(time.now(), then.toInstant());
            return Math.clamp(left.toSeconds() + 1, 0, RETRY_SECONDS_MAX);
        } catch (DateTimeParseException none) {
            return 0;
        }
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,8}") ? Integer.parseInt(text) : 0;
    }

    static String requestId(HttpExchange exchange) {
        String id = exchange.header("x-request-id")
                .or(() -> exchange.header("request-id"))
                .or(() -> exchange.header("x-amzn-requestid"))
                .orElse("");
        return id.length() <= REQUEST_ID_CHARS_MAX && HttpHeader.isFieldValue(id) ? id : "";
    }

    static String mediaType(HttpExchange exchange) {
        String value = exchange.header("Content-Type").orElse("");
        int parameters = value.indexOf(';');
        return (parameters < 0 ? value : value.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }

    private static ModelReply failed(Cause cause, String detail) {
        return new ModelReply.Failed(ModelFailure.of(cause, detail));
    }

    @Override
    public void close() {
        transport.close();
    }
}
