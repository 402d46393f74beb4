package dev.mcpgateway.connectors.mcp.sdk;

import dev.mcpgateway.connectors.net.OutboundGuard;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** Builds the client that the SDK uses: guarded, HTTP/1.1, no redirects, no proxy, whatever the SDK asks for. */
final class GuardedHttpClientBuilder implements HttpClient.Builder {
    private final HttpClient.Builder builder = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY);
    private final OutboundGuard guard;
    private final Runnable streamEnded;

    GuardedHttpClientBuilder(OutboundGuard guard, Runnable streamEnded) {
        this.guard = guard;
        this.streamEnded = streamEnded;
    }

    @Override
    public HttpClient build() {
        return new GuardedHttpClient(builder.build(), guard, streamEnded);
    }

    @Override
    public HttpClient.Builder connectTimeout(Duration duration) {
        builder.connectTimeout(duration);
        return this;
    }

    @Override
    public HttpClient.Builder executor(Executor executor) {
        builder.executor(executor);
        return this;
    }

    @Override
    public HttpClient.Builder sslContext(SSLContext context) {
        builder.sslContext(context);
        return this;
    }

    @Override
    public HttpClient.Builder sslParameters(SSLParameters parameters) {
        builder.sslParameters(parameters);
        return this;
    }

    @Override
    public HttpClient.Builder version(HttpClient.Version version) {
        return this;
    }

    @Override
    public HttpClient.Builder priority(int priority) {
        return this;
    }

    @Override
    public HttpClient.Builder followRedirects(HttpClient.Redirect policy) {
        return this;
    }

    @Override
    public HttpClient.Builder proxy(ProxySelector selector) {
        return this;
    }

    @Override
    public HttpClient.Builder cookieHandler(CookieHandler handler) {
        return this;
    }

    @Override
    public HttpClient.Builder authenticator(Authenticator authenticator) {
        return this;
    }
}
