package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.mcp.Offer;
import dev.mcpgateway.connectors.mcp.Replies;
import dev.mcpgateway.connectors.mcp.ReplyListener;
import dev.mcpgateway.connectors.mcp.ResourceWatch;
import dev.mcpgateway.connectors.mcp.ServerCapabilities;
import dev.mcpgateway.connectors.mcp.Surroundings;
import dev.mcpgateway.connectors.mcp.UpstreamCall;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.mcp.UpstreamStatus;
import dev.mcpgateway.connectors.mcp.UpstreamStatus.Health;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.openapi.DescriptionFile.Version;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP API whose description makes its operations tools. It is asked for nothing but what is called: the description is
 * a file, read when the tools are first asked for and again whenever it has changed. A description that is refused leaves
 * the last good one in use.
 *
 * <p>Every HTTP answer is an answer of the tool: a status of 400 or above is a result with {@code isError}, which a model
 * can read, 429 and 503 included. Nothing is sent twice, and redirects are not followed.
 */
public final class OpenApiUpstream implements McpUpstream {
    private static final Logger LOG = LoggerFactory.getLogger(OpenApiUpstream.class);
    private static final HttpHeader ACCEPT = new HttpHeader("Accept", "application/json, text/*;q=0.8, */*;q=0.5");

    private static final String TOOLS_CALL = "tools/call";

    private final OpenApiSettings settings;
    private final Surroundings surroundings;
    private final DescriptionFile file;
    private final Selection selection;
    private final ResultWriter results;
    private final HttpHeader userAgent;
    private final Object loading = new Object();
    private volatile @Nullable Loaded loaded;
    private volatile UpstreamStatus status;
    private boolean closed;

    /** One version of the description, ready for calls. */
    private record Loaded(
            Version version,
            URI server,
            RequestBuilder requests,
            HttpTransport transport,
            Map<String, Operation> operations,
            Offer offer) {}

    /** Prepares everything; the file is not read yet. */
    public OpenApiUpstream(OpenApiSettings settings, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.file = new DescriptionFile(settings.file());
        this.selection = new Selection(settings.include(), settings.exclude(), settings.includeDeprecated());
        this.results = new ResultWriter(settings.alias(), settings.jsonDepthMax());
        this.userAgent =
                new HttpHeader("User-Agent", token(surroundings.identity().name()));
        this.status =
                new UpstreamStatus(Health.UNKNOWN, null, "", surroundings.time().now(), 0, 0);
    }

    /** Many APIs refuse requests without this field. */
    private static String token(String name) {
        String token = name.replaceAll("[^A-Za-z0-9._-]", "-");
        return token.isEmpty() ? "gateway" : token;
    }

    @Override
    public String alias() {
        return settings.alias();
    }

    @Override
    public Offer offer() throws UpstreamFault {
        synchronized (loading) {
            try {
                Version version = file.version();
                Loaded known = loaded;
                if (known == null || !known.version().equals(version)) {
                    known = load(version, known);
                    loaded = known;
                }
                up();
                return known.offer();
            } catch (DescriptionRefused refused) {
                String why = "the description " + file + " is refused: " + refused.why();
                down(why);
                throw new UpstreamFault(why);
            }
        }
    }

    private Loaded load(Version version, @Nullable Loaded before) throws DescriptionRefused {
        if (closed) {
            throw new DescriptionRefused("the upstream is closed");
        }
        long start = surroundings.time().nanos();
        Description description = Description.read(file.read());
        URI server = ServerUrl.of(description, settings.server());
        Operations.Tools tools =
                Operations.read(description, selection, settings.outputSchemas(), settings.credentialHeaders());
        Offer offer = new Offer(
                Map.of(FeatureList.TOOLS, tools.definitions()),
                ServerCapabilities.TOOLS_ONLY,
                tools.problems(),
                Revision.NEWEST_MODERN,
                0);
        HttpTransport transport;
        if (before != null && before.server().equals(server)) {
            transport = before.transport();
        } else {
            transport = open(server);
            if (before != null) {
                before.transport().close();
            }
        }
        LOG.info(
                "upstream {}: {} operations of {} are tools, read in {} ms",
                settings.alias(),
                tools.definitions().size(),
                HttpOrigin.of(server),
                (surroundings.time().nanos() - start) / 1_000_000);
        RequestBuilder requests = new RequestBuilder(server, settings.slashesInPath());
        return new Loaded(version, server, requests, transport, tools.operations(), offer);
    }

    private HttpTransport open(URI server) {
        HttpSettings connections = new HttpSettings(
                HttpOrigin.of(server),
                settings.client(),
                settings.connectionsMax(),
                HttpSettings.CONNECT_TIMEOUT_DEFAULT,
                HttpSettings.LEASE_TIMEOUT_DEFAULT,
                HttpSettings.IDLE_DEFAULT,
                HttpSettings.AGE_DEFAULT,
                settings.trust());
        return HttpTransport.open(
                connections, OutboundGuard.forTarget(server, settings.allowNetworks()), surroundings.sweeper());
    }

    @Override
    public UpstreamReply call(UpstreamCall call, ReplyListener listener) {
        if (!call.method().equals(TOOLS_CALL)) {
            return new UpstreamReply.Unreachable("an HTTP API has tools and nothing else", false);
        }
        Loaded now = loaded;
        Operation operation = now == null ? null : now.operations().get(call.target());
        if (now == null || operation == null) {
            return new UpstreamReply.Unreachable("the description has no such operation any more", false);
        }
        Envelope request = call.request();
        RequestBuilder.Request built;
        try {
            built = now.requests().build(operation, request.document(), request.param(McpNames.ARGUMENTS));
        } catch (ArgumentRefused refused) {
            return new UpstreamReply.Answered(results.refused(request, refused.why()));
        }
        try {
            Credential credential = call.credential().forAttempt();
            ResultWriter.Answer answer = send(now.transport(), built, call, credential);
            up();
            return answer.isError() || answer.writtenBytes() <= call.replyBytesMax()
                    ? new UpstreamReply.Answered(results.result(request, operation, answer))
                    : new UpstreamReply.TooLarge(call.replyBytesMax());
        } catch (CredentialUnavailable unavailable) {
            return new UpstreamReply.Unreachable("there is no credential for it: " + unavailable.getMessage(), false);
        } catch (HttpFault fault) {
            UpstreamReply reply = Replies.of(fault, call.replyBytesMax());
            if (reply instanceof UpstreamReply.Unreachable unreachable) {
                down(unreachable.why());
            }
            return reply;
        }
    }

    private ResultWriter.Answer send(
            HttpTransport transport, RequestBuilder.Request built, UpstreamCall call, Credential credential)
            throws HttpFault {
        Deadline deadline = Deadline.after(call.timeout(), surroundings.time());
        HttpCall http = new HttpCall(
                built.method(),
                built.target(),
                headers(built, call, credential),
                built.body(),
                deadline,
                call.replyBytesMax());
        try (HttpExchange exchange = transport.send(http)) {
            return new ResultWriter.Answer(
                    exchange.status(),
                    exchange.header("Content-Type").orElse(""),
                    exchange.header("Retry-After").orElse(""),
                    exchange.readAll(call.replyBytesMax()));
        }
    }

    /** The credential comes last and alone: an argument never stands beside or instead of it. */
    private List<HttpHeader> headers(RequestBuilder.Request built, UpstreamCall call, Credential issued) {
        List<HttpHeader> headers = new ArrayList<>();
        headers.add(ACCEPT);
        headers.add(userAgent);
        String traceparent = call.traceparent();
        if (traceparent != null) {
            headers.add(new HttpHeader("traceparent", traceparent));
        }
        String tracestate = call.tracestate();
        if (tracestate != null) {
            headers.add(new HttpHeader("tracestate", tracestate));
        }
        headers.addAll(built.headers());
        for (HttpHeader credential : issued.headers()) {
            headers.removeIf(header -> header.name().equalsIgnoreCase(credential.name()));
            headers.add(credential);
        }
        return headers;
    }

    private void up() {
        note(Health.UP, "");
    }

    private void down(String reason) {
        note(Health.DOWN, reason);
    }

    private void note(Health health, String reason) {
        UpstreamStatus known = status;
        if (known.health() != health || !known.reason().equals(reason)) {
            status = new UpstreamStatus(
                    health,
                    Revision.NEWEST_MODERN,
                    reason,
                    known.health() == health
                            ? known.since()
                            : surroundings.time().now(),
                    0,
                    0);
            LOG.info("upstream {} is {} {}", settings.alias(), health, reason);
        }
    }

    @Override
    public UpstreamStatus status() {
        return status;
    }

    /** A file announces nothing: it is looked at whenever the tools are asked for. */
    @Override
    public void onOfferChanged(Runnable listener) {}

    @Override
    public ResourceWatch watch(String uri, String principal, SessionCredential credential, Runnable updated)
            throws UpstreamFault {
        throw new UpstreamFault("an HTTP API has no resources to watch");
    }

    @Override
    public void close() {
        synchronized (loading) {
            closed = true;
            Loaded last = loaded;
            if (last != null) {
                last.transport().close();
            }
        }
    }
}
