package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** The parameters of a query or form; one that stands there twice has no meaning that two readers share. */
final class Query {
    private static final int CHARS_MAX = 16 * 1024;
    private static final int PARAMETERS_MAX = 32;

    private final Map<String, List<String>> values;

    private Query(Map<String, List<String>> values) {
        this.values = values;
    }

    static Optional<Query> of(Exchange exchange) {
        return parse(exchange.request().getHttpURI().getQuery());
    }

    static Optional<Query> ofForm(Exchange exchange, BoundedBody forms) {
        byte[] body = forms.read(exchange);
        String type = exchange.header(HttpHeader.CONTENT_TYPE);
        return type != null && type.startsWith("application/x-www-form-urlencoded")
                ? parse(new String(body, StandardCharsets.US_ASCII))
                : Optional.empty();
    }

    private static Optional<Query> parse(@Nullable String text) {
        if (text == null || text.length() > CHARS_MAX) {
            return Optional.empty();
        }
        Map<String, List<String>> values = new HashMap<>();
        String[] parameters = text.split("&", PARAMETERS_MAX + 1);
        if (parameters.length > PARAMETERS_MAX) {
            return Optional.empty();
        }
        try {
            for (String parameter : parameters) {
                int equals = parameter.indexOf('=');
                if (equals > 0) {
                    values.computeIfAbsent(decoded(parameter.substring(0, equals)), _ -> new ArrayList<>())
                            .add(decoded(parameter.substring(equals + 1)));
                }
            }
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
        return Optional.of(new Query(values));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** The value of a parameter that stands there once. */
    Optional<String> only(String name) {
        List<String> all = values.getOrDefault(name, List.of());
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /** Whether any parameter stands there twice. */
    boolean isRepeated() {
        return values.values().stream().anyMatch(all -> all.size() > 1);
    }
}
