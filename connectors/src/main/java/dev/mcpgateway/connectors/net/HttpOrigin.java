package dev.mcpgateway.connectors.net;

import java.net.URI;
import java.util.Locale;

/**
 * Where an upstream's requests go: scheme, host and port of its URL (RFC 6454).
 *
 * @param secure whether TLS is spoken
 * @param host name or address literal in lower case, IPv6 without brackets
 * @param port TCP port
 */
public record HttpOrigin(boolean secure, String host, int port) {

    /**
     * The origin of an absolute URL.
     *
     * @throws IllegalArgumentException if it is not http or https, has no host, user information or a fragment
     */
    public static HttpOrigin of(URI url) {
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        boolean secure = scheme.equals("https");
        if (!secure && !scheme.equals("http")) {
            throw new IllegalArgumentException("the URL must begin with https:// or http://");
        }
        String host = url.getHost();
        if (host == null || host.isEmpty()) {
            throw new IllegalArgumentException("the URL has no host that can be connected to");
        }
        if (url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("a URL must not carry credentials: use credential: static");
        }
        if (url.getRawFragment() != null) {
            throw new IllegalArgumentException("the URL must not have a fragment");
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        int port = url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the URL's port must be 1 to 65535");
        }
        return new HttpOrigin(secure, bare.toLowerCase(Locale.ROOT), port);
    }

    /** Path and query of a URL as they go into the request line. */
    public static String target(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    /** Value of the Host field; without the port where it is the scheme's own. */
    public String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (secure ? 443 : 80) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return (secure ? "https://" : "http://") + authority();
    }
}
