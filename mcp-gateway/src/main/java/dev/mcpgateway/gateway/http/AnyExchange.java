package dev.mcpgateway.gateway.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** One request and its answer: an agent's over HTTP, or one of the gateway's own, which no port has seen. */
public sealed interface AnyExchange permits Exchange, OwnExchange {
    /** The call id: joins log lines, audit records and spans of this request. */
    String id();

    /** The request's headers. */
    HttpFields headers();

    /** The value of a header, or {@code null}. Where several values were sent, the first. */
    @Nullable
    String header(HttpHeader name);

    /** The peer's address without port; empty when there is none. */
    String remoteAddress();

    /** The peer's port; 0 when there is none. */
    int remotePort();

    /** What is said before the answer. */
    HttpFields.Mutable answerHeaders();
}
