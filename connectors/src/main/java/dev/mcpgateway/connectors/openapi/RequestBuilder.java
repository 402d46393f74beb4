package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.openapi.Parameter.Form;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the request of a call. Each argument is encoded for its place alone, and the finished URL is read again by another
 * reader: it must still be below the server's own path, or nothing is sent (T36).
 */
final class RequestBuilder {
    /** Longest path and query; common servers take 8 KiB. */
    private static final int TARGET_CHARS_MAX = 16 * 1024;

    /** Longest value of a header field. */
    private static final int HEADER_CHARS_MAX = 4 * 1024;

    private final URI server;
    private final String basePath;
    private final boolean slashesInPath;

    /**
     * A builder for one server.
     *
     * @param server absolute URL, whose path stands before every operation's
     * @param slashesInPath whether path parameters may hold slashes, encoded
     */
    RequestBuilder(URI server, boolean slashesInPath) {
        this.server = server;
        String path = server.getRawPath() == null ? "" : server.getRawPath();
        this.basePath = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        this.slashesInPath = slashesInPath;
    }

    /**
     * What is sent.
     *
     * @param target path and query
     * @param headers those that arguments made
     */
    @SuppressWarnings("ArrayRecordComponent") // sent once, never compared
    record Request(String method, String target, List<HttpHeader> headers, byte[] body) {}

    /**
     * The request of one call.
     *
     * @param arguments node of the arguments, or {@link JsonDocument#NONE}
     * @throws ArgumentRefused if an argument is missing or no request can carry it safely
     */
    Request build(Operation operation, JsonDocument document, int arguments) throws ArgumentRefused {
        Map<String, String> path = new HashMap<>();
        Pairs query = new Pairs(document, false);
        List<HttpHeader> headers = new ArrayList<>();
        StringBuilder cookies = new StringBuilder();
        for (Parameter parameter : operation.parameters()) {
            String argument = parameter.property().text();
            int value = document.member(arguments, parameter.property());
            if (value == JsonDocument.NONE || document.is(value, Kind.NULL)) {
                if (parameter.required()) {
                    throw new ArgumentRefused(argument, "is required");
                }
                continue;
            }
            switch (parameter.place()) {
                case PATH -> path.put(parameter.name(), path(parameter, document, value));
                case QUERY -> query.add(argument, parameter.name(), parameter.form(), value);
                case HEADER -> headers.add(header(parameter, document, value));
                case COOKIE ->
                    cookies.append(cookies.isEmpty() ? "" : "; ")
                            .append(parameter.name())
                            .append('=')
                            .append(text(parameter, document, value, PercentEncoding::of));
            }
        }
        if (!cookies.isEmpty()) {
            headers.add(new HttpHeader("Cookie", cookies.toString()));
        }
        byte[] body = body(operation, document, arguments, headers);
        String target = basePath
                + operation.path().filled(path, operation.rivals())
                + (query.toString().isEmpty() ? "" : "?" + query);
        check(target);
        return new Request(operation.method(), target, headers, body);
    }

    private String path(Parameter parameter, JsonDocument document, int value) throws ArgumentRefused {
        String argument = parameter.property().text();
        String text = text(parameter, document, value, part -> PathTemplate.encoded(argument, part, slashesInPath));
        if (text.isEmpty()) {
            throw new ArgumentRefused(argument, "must not be empty: it is a part of the path");
        }
        return text;
    }

    private static HttpHeader header(Parameter parameter, JsonDocument document, int value) throws ArgumentRefused {
        String argument = parameter.property().text();
        boolean several = document.is(value, Kind.ARRAY) || document.is(value, Kind.OBJECT);
        String text = text(parameter, document, value, part -> {
            if (several && parameter.form() != Form.JSON && part.indexOf(',') >= 0) {
                throw new ArgumentRefused(argument, "must not have an item with a comma in it");
            }
            return part;
        });
        if (!HttpHeader.isFieldValue(text) || text.length() > HEADER_CHARS_MAX) {
            throw new ArgumentRefused(
                    argument,
                    "must be at most " + HEADER_CHARS_MAX
                            + " printable ASCII characters without blanks at its ends: it is a header field");
        }
        return new HttpHeader(parameter.name(), text);
    }

    private static String text(Parameter parameter, JsonDocument document, int value, Scalars.Encoder encoder)
            throws ArgumentRefused {
        String argument = parameter.property().text();
        return parameter.form() == Form.JSON
                ? encoder.encode(document.raw(value))
                : Scalars.joined(document, argument, value, parameter.form() == Form.COMMAS_EXPLODED, encoder);
    }

    private static byte[] body(Operation operation, JsonDocument document, int arguments, List<HttpHeader> headers)
            throws ArgumentRefused {
        BodyForm form = operation.body();
        String argument = BodyForm.PROPERTY.text();
        int value = document.member(arguments, BodyForm.PROPERTY);
        if (form == null || value == JsonDocument.NONE) {
            if (form != null && form.required()) {
                throw new ArgumentRefused(argument, "is required");
            }
            return new byte[0];
        }
        headers.add(new HttpHeader("Content-Type", form.contentType()));
        return switch (form.kind()) {
            case JSON -> document.rawBytes(value);
            case TEXT -> Scalars.of(document, argument, value).getBytes(StandardCharsets.UTF_8);
            case FORM -> form(form, document, value);
        };
    }

    private static byte[] form(BodyForm form, JsonDocument document, int value) throws ArgumentRefused {
        String argument = BodyForm.PROPERTY.text();
        if (!document.is(value, Kind.OBJECT)) {
            throw new ArgumentRefused(argument, "must be an object");
        }
        Pairs pairs = new Pairs(document, true);
        for (int each = document.first(value); each != JsonDocument.NONE; each = document.next(value, each)) {
            String name = document.name(each);
            if (!document.is(each, Kind.NULL)) {
                pairs.add(argument, name, form.forms().getOrDefault(name, Form.REPEATED), each);
            }
        }
        return pairs.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Nothing above should let this fail; it is what decides should something above be wrong. */
    private void check(String target) throws ArgumentRefused {
        if (target.length() > TARGET_CHARS_MAX) {
            throw new ArgumentRefused("*", "make a URL longer than " + TARGET_CHARS_MAX + " characters");
        }
        HttpOrigin origin = HttpOrigin.of(server);
        URI read = URI.create(origin + target);
        boolean sound = HttpOrigin.of(read).equals(origin)
                && HttpOrigin.target(read).equals(target)
                && read.normalize().equals(read)
                && read.getRawPath().startsWith(basePath + "/");
        if (!sound) {
            throw new ArgumentRefused("*", "make a URL that leads elsewhere");
        }
    }
}
