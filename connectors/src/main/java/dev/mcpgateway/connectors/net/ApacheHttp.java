package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.HttpsSupport;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Apache HttpClient 5 with everything switched off that is wrong for a gateway: retries (a POST answered 503 would run
 * the tool twice), redirects, cookies, caches of credentials, decompression, protocol upgrades. Heads are read by
 * {@link StrictResponseParser}.
 */
final class ApacheHttp implements HttpTransport, DeadlineSweeper.Watched {
    /** Connections unused for longer are probed before use; probing costs a millisecond. */
    private static final TimeValue PROBE_AFTER = TimeValue.ofSeconds(1);

    private final HttpSettings settings;
    private final DeadlineSweeper sweeper;
    private final PoolingHttpClientConnectionManager connections;
    private final CloseableHttpClient client;
    private final Set<ApacheRequest> running = ConcurrentHashMap.newKeySet();

    ApacheHttp(HttpSettings settings, OutboundGuard guard, DeadlineSweeper sweeper) {
        this.settings = settings;
        this.sweeper = sweeper;
        this.connections = connections(settings, new GuardedLookup(guard, sweeper.time()), sweeper.time());
        this.client = HttpClients.custom()
                .setConnectionManager(connections)
                .setRequestExecutor(new SentMarker())
                .setConnectionReuseStrategy(ApacheHttp::isReusable)
                .setDefaultRequestConfig(requestConfig(settings))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableConnectionState()
                .disableContentCompression()
                .disableDefaultUserAgent()
                .evictIdleConnections(TimeValue.of(settings.idleMax()))
                .evictExpiredConnections()
                .build();
        sweeper.watch(this);
    }

    private static boolean isReusable(HttpRequest request, HttpResponse response, HttpContext context) {
        // the library lets "keep-alive, close" keep the connection; the parser's verdict is the version
        return HttpVersion.HTTP_1_1.equals(response.getVersion())
                && DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(request, response, context);
    }

    private static RequestConfig requestConfig(HttpSettings settings) {
        return RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(settings.leaseTimeout()))
                .setResponseTimeout(Timeout.DISABLED)
                .setConnectionKeepAlive(TimeValue.of(settings.idleMax()))
                .setRedirectsEnabled(false)
                .setAuthenticationEnabled(false)
                .setExpectContinueEnabled(false)
                .setProtocolUpgradeEnabled(false)
                .build();
    }

    private static PoolingHttpClientConnectionManager connections(
            HttpSettings settings, GuardedLookup lookup, TimeSource time) {
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .responseParserFactory(_ -> new StrictResponseParser())
                        .build())
                .setDnsResolver(new GuardedResolver(lookup, settings, time))
                .setTlsSocketStrategy(new DefaultClientTlsStrategy(
                        trust(settings),
                        new String[] {"TLSv1.3", "TLSv1.2"},
                        null,
                        SSLBufferMode.STATIC,
                        HostnameVerificationPolicy.BOTH,
                        HttpsSupport.getDefaultHostnameVerifier()))
                .setMaxConnTotal(settings.connectionsMax())
                .setMaxConnPerRoute(settings.connectionsMax())
                .setDefaultSocketConfig(
                        SocketConfig.custom().setSoKeepAlive(true).build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                        .setSocketTimeout(Timeout.DISABLED)
                        .setTimeToLive(TimeValue.of(settings.ageMax()))
                        .setValidateAfterInactivity(PROBE_AFTER)
                        .build())
                .build();
    }

    private static SSLContext trust(HttpSettings settings) {
        try {
            return settings.trust().isPresent() ? settings.trust().get() : SSLContext.getDefault();
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("this Java installation has no TLS", broken);
        }
    }

    /** Asked for each new connection, also for address literals; only its addresses are connected to. */
    private record GuardedResolver(GuardedLookup lookup, HttpSettings settings, TimeSource time)
            implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            try {
                Deadline deadline = Deadline.after(settings.connectTimeout(), time);
                return lookup.resolve(settings.origin().host(), deadline).toArray(InetAddress[]::new);
            } catch (HttpFault refused) {
                UnknownHostException unknown = new UnknownHostException(refused.getMessage());
                unknown.initCause(refused);
                throw unknown;
            }
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    @Override
    public HttpExchange send(HttpCall call) throws HttpFault {
        HttpOrigin origin = settings.origin();
        HttpUriRequestBase request = new HttpUriRequestBase(call.method(), URI.create(origin + call.target()));
        call.headers().forEach(header -> request.addHeader(header.name(), header.value()));
        request.addHeader("Accept-Encoding", "identity");
        if (call.body().length > 0 || call.method().equals("POST")) {
            request.setEntity(new ByteArrayEntity(call.body(), contentType(call)));
        }
        ApacheRequest started = new ApacheRequest(request, call.deadline().nanos());
        running.add(started);
        boolean answered = false;
        try {
            ApacheExchange exchange = exchange(started, call);
            answered = true;
            return exchange;
        } catch (IOException failed) {
            throw started.fault(failed);
        } finally {
            if (!answered) {
                running.remove(started);
                request.cancel();
            }
        }
    }

    private static @Nullable ContentType contentType(HttpCall call) {
        boolean given = call.headers().stream().anyMatch(header -> header.name().equalsIgnoreCase("Content-Type"));
        return given ? null : ContentType.APPLICATION_OCTET_STREAM;
    }

    private ApacheExchange exchange(ApacheRequest started, HttpCall call) throws IOException {
        HttpOrigin origin = settings.origin();
        HttpHost target = new HttpHost(origin.secure() ? "https" : "http", origin.host(), origin.port());
        HttpClientContext context = HttpClientContext.create();
        SentMarker.bind(context, started);
        ClassicHttpResponse response = client.executeOpen(target, started.request(), context);
        ApacheExchange exchange = new ApacheExchange(this, started, response, call.replyBytesMax());
        if (exchange.announcedBytes() > call.replyBytesMax()) {
            throw HttpFault.tooLarge("body", call.replyBytesMax());
        }
        return exchange;
    }

    TimeSource time() {
        return sweeper.time();
    }

    void finished(ApacheRequest request) {
        running.remove(request);
    }

    @Override
    public void endOverdue(long nowNanos) {
        for (ApacheRequest request : running) {
            request.endIfOverdue(nowNanos);
        }
    }

    @Override
    public void close() {
        sweeper.forget(this);
        running.forEach(request -> request.end(Kind.CANCELLED));
        client.close(CloseMode.IMMEDIATE);
        connections.close(CloseMode.IMMEDIATE);
    }
}
