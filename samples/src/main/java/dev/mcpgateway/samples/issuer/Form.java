package dev.mcpgateway.samples.issuer;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code application/x-www-form-urlencoded} as the token endpoint needs it: no parameter twice. */
final class Form {
    private Form() {}

    /**
     * The parameters of a body.
     *
     * @throws OAuthError when the encoding is broken or a parameter comes twice (RFC 6749 section 3.2)
     */
    static Map<String, String> read(byte[] body) {
        Map<String, String> form = new LinkedHashMap<>();
        for (String pair : new String(body, StandardCharsets.US_ASCII).split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            if (equals < 0) {
                throw OAuthError.invalidRequest("a parameter has no value");
            }
            String name = decode(pair.substring(0, equals));
            if (form.put(name, decode(pair.substring(equals + 1))) != null) {
                throw OAuthError.invalidRequest("'" + name + "' is given twice");
            }
        }
        return form;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw OAuthError.invalidRequest("a parameter is not form-encoded");
        }
    }
}
