package dev.mcpgateway.connectors.net;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * One request. Host, length and connection fields are the transport's own; naming one here, or one field twice, is an
 * error of the caller.
 *
 * @param method an upper-case method
 * @param target path and query, visible ASCII, beginning with a slash
 * @param headers further fields, each name once
 * @param body the bytes to send; empty for none. Not copied
 * @param deadline absolute end of the whole exchange, body included
 * @param replyBytesMax most bytes of the answer's body
 */
@SuppressWarnings("ArrayRecordComponent") // written once to the wire, never compared
public record HttpCall(
        String method, String target, List<HttpHeader> headers, byte[] body, Deadline deadline, long replyBytesMax) {

    private static final Set<String> OWN = Set.of(
            "host",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "accept-encoding");

    /** Checks everything that goes into the head of the request. */
    public HttpCall {
        if (!isMethod(method)) {
            throw new IllegalArgumentException("not a method");
        }
        if (!isTarget(target)) {
            throw new IllegalArgumentException("a request target begins with / and is visible ASCII without fragment");
        }
        headers = List.copyOf(headers);
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.get(i).name();
            if (OWN.contains(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("header " + name + " is set by the transport");
            }
            for (int j = 0; j < i; j++) {
                if (headers.get(j).name().equalsIgnoreCase(name)) {
                    throw new IllegalArgumentException("header " + name + " twice");
                }
            }
        }
    }

    private static boolean isMethod(String method) {
        for (int i = 0; i < method.length(); i++) {
            if (method.charAt(i) < 'A' || method.charAt(i) > 'Z') {
                return false;
            }
        }
        return method.length() >= 3 && method.length() <= 16;
    }

    private static boolean isTarget(String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c < 0x21 || c > 0x7E || c == '#') {
                return false;
            }
        }
        return target.startsWith("/");
    }
}
