package dev.mcpgateway.connectors.mcp.sdk;

import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.mcp.MessageChannel;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import io.modelcontextprotocol.client.transport.HttpClientSseClientTransport;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** One session over HTTP+SSE as a channel: events come in on one stream, each message goes out in a POST of its own. */
@SuppressWarnings(
        "deprecation") // the SDK marks the transport as the specification does; there is no other for old servers
final class SseChannel implements MessageChannel {
    private static final Logger LOG = LoggerFactory.getLogger(SseChannel.class);

    /** Messages on their way out; beyond, calls are refused as busy. */
    private static final int SENDING_MAX = 256;

    private static final Duration FIRST_WORDS_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final HttpClientSseClientTransport transport;
    private final JsonLimits limits;
    private final Receiver receiver;
    private final Semaphore sending = new Semaphore(SENDING_MAX);

    private SseChannel(HttpClientSseClientTransport transport, JsonLimits limits, Receiver receiver) {
        this.transport = transport;
        this.limits = limits;
        this.receiver = receiver;
    }

    static SseChannel connect(
            SseUpstreamSettings settings,
            OutboundGuard guard,
            Receiver receiver,
            SessionCredential credential,
            Deadline deadline,
            TimeSource time)
            throws UpstreamFault {
        HttpClientSseClientTransport transport = HttpClientSseClientTransport.builder(
                        HttpOrigin.of(settings.url()).toString())
                .sseEndpoint(HttpOrigin.target(settings.url()))
                .clientBuilder(new GuardedHttpClientBuilder(guard, () -> receiver.closed("its event stream has ended")))
                .connectTimeout(settings.connectTimeout())
                .addHttpRequestCustomizer((request, _, _, _, _) -> add(request, credential))
                .maxResponseSize(settings.eventBytesMax())
                .jsonMapper(new RawMessages())
                .build();
        SseChannel channel = new SseChannel(
                transport, JsonLimits.forReplies(settings.eventBytesMax(), settings.jsonDepthMax()), receiver);
        channel.open(Duration.ofNanos(deadline.remainingNanos(time)));
        return channel;
    }

    private static void add(HttpRequest.Builder request, SessionCredential credential) {
        try {
            credential.now().headers().forEach(header -> request.setHeader(header.name(), header.value()));
        } catch (CredentialUnavailable unavailable) {
            // the SDK takes it for a message that could not be sent, which it is
            throw new IllegalStateException("there is no credential for it: " + unavailable.getMessage(), unavailable);
        }
    }

    private void open(Duration atMost) throws UpstreamFault {
        try {
            await(
                    transport.connect(
                            incoming -> incoming.doOnNext(this::received).then(Mono.empty())),
                    atMost);
        } catch (InterruptedException cancelled) {
            close();
            Thread.currentThread().interrupt();
            throw new UpstreamFault(new UpstreamReply.Cancelled());
        } catch (ExecutionException | TimeoutException | RuntimeException failed) {
            close();
            LOG.debug("HTTP+SSE connection failed", failed);
            throw new UpstreamFault(GuardedHttpClient.reason(failed));
        }
    }

    private static void await(Mono<Void> step, Duration atMost)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Void> future = step.toFuture();
        var _ = future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void received(JSONRPCMessage carrier) {
        try {
            receiver.message(read(RawMessages.text(carrier).getBytes(StandardCharsets.UTF_8)));
        } catch (JsonRefused | NotJsonRpc | RuntimeException broken) {
            // thrown into the SDK's stream, it would end the session of all calls
            LOG.debug("an HTTP+SSE message could not be read", broken);
            receiver.unreadable();
        }
    }

    private Envelope read(byte[] json) throws JsonRefused, NotJsonRpc {
        return Envelope.read(StrictJson.parse(json, limits));
    }

    @Override
    public boolean send(byte[] message) {
        if (!sending.tryAcquire()) {
            return false;
        }
        Mono<Void> sent = transport
                .sendMessage(RawMessages.carrier(new String(message, StandardCharsets.UTF_8)))
                .doFinally(_ -> sending.release());
        Heading heading = Heading.of(message);
        if (heading.method().equals("notifications/initialized")) {
            return arrives(sent);
        }
        var _ = sent.toFuture().whenComplete((_, failed) -> {
            if (failed != null) {
                LOG.debug("an HTTP+SSE message did not arrive", failed);
                receiver.lost(heading.id(), GuardedHttpClient.reason(failed));
            }
        });
        return true;
    }

    private static boolean arrives(Mono<Void> sent) {
        try {
            await(sent, FIRST_WORDS_TIMEOUT);
            return true;
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException | RuntimeException failed) {
            LOG.debug("the first words over HTTP+SSE did not arrive", failed);
            return false;
        }
    }

    /**
     * What must be known of an outgoing message.
     *
     * @param id the id of a request of ours
     */
    private record Heading(String method, OptionalLong id) {
        private static final JsonLimits OWN = JsonLimits.forReplies(Integer.MAX_VALUE, JsonLimits.DEPTH_DEFAULT * 2);

        static Heading of(byte[] message) {
            try {
                Envelope envelope = Envelope.read(StrictJson.parse(message, OWN));
                boolean ours = envelope.shape() == Envelope.Shape.REQUEST && envelope.id() != JsonDocument.NONE;
                String id = ours ? envelope.document().raw(envelope.id()) : "";
                return new Heading(
                        envelope.method(),
                        id.matches("[0-9]{1,18}") ? OptionalLong.of(Long.parseLong(id)) : OptionalLong.empty());
            } catch (JsonRefused | NotJsonRpc foreign) {
                return new Heading("", OptionalLong.empty());
            }
        }
    }

    @Override
    public void close() {
        try {
            await(transport.closeGracefully(), CLOSE_TIMEOUT);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException ignored) {
            // closed is all that is wanted
        }
    }
}
