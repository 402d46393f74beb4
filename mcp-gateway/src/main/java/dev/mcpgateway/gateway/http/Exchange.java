package dev.mcpgateway.gateway.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and its answer, on the virtual thread that handles it.
 *
 * @param id the call id: joins log lines, audit records and spans of this request
 * @param startNanos when its headers were complete
 * @param heldBody what its body takes of the memory for bodies, until it is handled
 */
public record Exchange(
        Request request, Response response, Callback callback, String id, long startNanos, HeldBody heldBody)
        implements AnyExchange {

    /** The request method as sent. */
    public String method() {
        return request.getMethod();
    }

    /** The request path, without query. */
    public String path() {
        String path = request.getHttpURI().getPath();
        return path == null ? "" : path;
    }

    @Override
    public HttpFields headers() {
        return request.getHeaders();
    }

    @Override
    public @Nullable String header(HttpHeader name) {
        return request.getHeaders().get(name);
    }

    @Override
    public HttpFields.Mutable answerHeaders() {
        return response.getHeaders();
    }

    /** Whether a header was sent more than once; such headers have no meaning that two readers share. */
    public boolean isRepeated(HttpHeader name) {
        int seen = 0;
        for (HttpField field : request.getHeaders()) {
            if (field.getHeader() == name && ++seen > 1) {
                return true;
            }
        }
        return false;
    }

    /** Whether the body is declared as JSON in UTF-8, once. */
    public boolean hasJsonBody() {
        return isJson(header(HttpHeader.CONTENT_TYPE)) && !isRepeated(HttpHeader.CONTENT_TYPE);
    }

    private static boolean isJson(@Nullable String type) {
        if (type == null) {
            return false;
        }
        int end = type.indexOf(';');
        String media = (end < 0 ? type : type.substring(0, end)).strip();
        if (!media.equalsIgnoreCase("application/json")) {
            return false;
        }
        String parameters = end < 0 ? "" : type.substring(end + 1).strip().toLowerCase(Locale.ROOT);
        return parameters.isEmpty() || parameters.equals("charset=utf-8") || parameters.equals("charset=\"utf-8\"");
    }

    @Override
    public String remoteAddress() {
        InetAddress address = peerAddress();
        return address == null ? "" : address.getHostAddress();
    }

    /** The address at the other end of the connection, never one from a header; {@code null} where there is none. */
    public @Nullable InetAddress peerAddress() {
        SocketAddress address = request.getConnectionMetaData().getRemoteSocketAddress();
        return address instanceof InetSocketAddress inet ? inet.getAddress() : null;
    }

    @Override
    public int remotePort() {
        SocketAddress address = request.getConnectionMetaData().getRemoteSocketAddress();
        return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
    }

    /** The certificate by which the peer authenticated its TLS connection, or {@code null}. Never one from a header. */
    public @Nullable X509Certificate peerCertificate() {
        if (request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData session) {
            X509Certificate[] chain = session.peerCertificates();
            return chain == null || chain.length == 0 ? null : chain[0];
        }
        return null;
    }

    /**
     * Runs a call on this thread and interrupts it when the agent closes its connection, or its half of it: at once, or
     * within half a second where that happens at the call's very beginning. Bytes that the agent sends meanwhile are its
     * next request and no sign of leaving. Leaves the thread uninterrupted.
     */
    public <T extends @Nullable Object> T whileAgentStays(Supplier<T> call) {
        return endPoint().whileThere(call, false);
    }

    /** The agent's socket. */
    AgentEndPoint endPoint() {
        return AgentEndPoint.of(request.getConnectionMetaData().getConnection().getEndPoint());
    }
}
