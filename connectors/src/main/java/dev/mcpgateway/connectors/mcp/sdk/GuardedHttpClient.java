package dev.mcpgateway.connectors.mcp.sdk;

import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.OutboundGuard;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's client with the outbound guard before each request, and with an ear for the end of the event stream, which
 * the SDK keeps to itself.
 */
final class GuardedHttpClient extends HttpClient {
    private final HttpClient client;
    private final OutboundGuard guard;
    private final Runnable streamEnded;

    GuardedHttpClient(HttpClient client, OutboundGuard guard, Runnable streamEnded) {
        this.client = client;
        this.guard = guard;
        this.streamEnded = streamEnded;
    }

    /** The reason of a failure as a sentence for operators. */
    static String reason(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpFault fault) {
                return String.valueOf(fault.getMessage());
            }
        }
        return "the HTTP+SSE exchange failed: no connection, an error status, or no answer in time";
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
            throws IOException, InterruptedException {
        check(request);
        return client.send(request, handler);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> handler) {
        return sendAsync(request, handler, null);
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushed) {
        try {
            check(request);
        } catch (HttpFault refused) {
            return CompletableFuture.failedFuture(refused);
        }
        boolean isStream = request.method().equals("GET");
        BodyHandler<T> watched =
                isStream ? response -> new EndWatching<>(handler.apply(response), streamEnded) : handler;
        return pushed == null ? client.sendAsync(request, watched) : client.sendAsync(request, watched, pushed);
    }

    private void check(HttpRequest request) throws HttpFault {
        var _ = guard.resolve(HttpOrigin.of(request.uri()).host());
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }

    @Override
    public void shutdown() {
        client.shutdown();
    }

    @Override
    public void shutdownNow() {
        client.shutdownNow();
    }

    @Override
    public boolean awaitTermination(Duration duration) throws InterruptedException {
        return client.awaitTermination(duration);
    }

    @Override
    public boolean isTerminated() {
        return client.isTerminated();
    }

    @Override
    public void close() {
        client.close();
    }
}
