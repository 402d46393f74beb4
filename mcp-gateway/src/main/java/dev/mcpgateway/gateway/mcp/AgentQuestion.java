package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that an upstream asks of the agent: an entry of {@code inputRequests}, or a request of an earlier revision
 * written as one.
 *
 * @param key the name of the entry, under which the answer is given
 * @param kind what is asked for
 * @param params node of the params object, or {@link JsonDocument#NONE}
 */
record AgentQuestion(String key, InputKind kind, int params) {
    /** The key of a question that came as a request with an id that is none. */
    private static final String DEFAULT_KEY = "input";

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private static final Name MODE = Name.of("mode");
    private static final Name URL = Name.of("url");
    private static final Name REQUESTED_SCHEMA = Name.of("requestedSchema");
    private static final Name PROPERTIES = Name.of("properties");
    private static final Name FORMAT = Name.of("format");
    private static final Name ELICITATIONS = Name.of("elicitations");
    private static final Name FORM = Name.of("form");
    private static final Name TOOLS = Name.of("tools");
    private static final Name TOOL_CHOICE = Name.of("toolChoice");
    private static final Name ELICITATION_ID = Name.of("elicitationId");
    private static final int NOT_SERVED = -32601;

    /** Most questions of one round; a person is to answer them. */
    private static final int QUESTIONS_MAX = 16;

    /** Names of fields by which a form asks for what must not go through an agent (2025-11-25, Elicitation, Security). */
    private static final Pattern SECRET = Pattern.compile(
            "pass(word|wd|phrase|code)|secret|token|api.?key|credential|private.?key|(credit|card).?(card|number)|\\bcvv\\b|\\bpin\\b",
            Pattern.CASE_INSENSITIVE);

    /**
     * The questions of a response with {@code resultType: input_required}; empty if one is none or of no known kind, or
     * there are more than {@value #QUESTIONS_MAX}.
     */
    static Optional<List<AgentQuestion>> of(Envelope message) {
        JsonDocument document = message.document();
        int requests = document.member(message.result(), McpNames.INPUT_REQUESTS);
        List<AgentQuestion> questions = new ArrayList<>();
        if (requests == JsonDocument.NONE) {
            return Optional.of(questions);
        }
        if (!document.is(requests, Kind.OBJECT)) {
            return Optional.empty();
        }
        for (int each = document.first(requests); each != JsonDocument.NONE; each = document.next(requests, each)) {
            int method = document.member(each, McpNames.METHOD);
            int params = document.member(each, McpNames.PARAMS);
            Optional<InputKind> kind =
                    document.is(method, Kind.STRING) ? InputKind.ofMethod(document.string(method)) : Optional.empty();
            if (kind.isEmpty()
                    || questions.size() == QUESTIONS_MAX
                    || (params != JsonDocument.NONE && !document.is(params, Kind.OBJECT))) {
                return Optional.empty();
            }
            questions.add(new AgentQuestion(document.name(each), kind.get(), params));
        }
        return Optional.of(questions);
    }

    /** Whether it sends the user to a page instead of showing a form. */
    private boolean isUrl(JsonDocument document) {
        return kind == InputKind.ELICITATION && document.stringEquals(document.member(params, MODE), URL);
    }

    /** Whether whoever declares {@code capabilities} can be asked this: the kind, and of a kind the mode. */
    boolean isDeclared(ClientCapabilities capabilities, JsonDocument document) {
        Name capability = kind.capability();
        boolean declared = capabilities.declares(capability);
        return declared
                && switch (kind) {
                    case ELICITATION -> {
                        boolean url = capabilities.declares(capability, URL);
                        // an empty object means forms alone
                        yield isUrl(document) ? url : !url || capabilities.declares(capability, FORM);
                    }
                    case SAMPLING -> !hasTools(document) || capabilities.declares(capability, TOOLS);
                    case ROOTS -> true;
                };
    }

    private boolean hasTools(JsonDocument document) {
        return document.member(params, TOOLS) != JsonDocument.NONE
                || document.member(params, TOOL_CHOICE) != JsonDocument.NONE;
    }

    /**
     * The {@code params} of the request by which an agent of an earlier revision is asked.
     *
     * @param elicitationId names the visit of a page, which that revision wants and 2026-07-28 does not have
     */
    byte[] legacyParams(JsonDocument document, String elicitationId) {
        if (params == JsonDocument.NONE) {
            return new byte[] {'{', '}'};
        }
        Splice splice = new Splice(document);
        if (isUrl(document) && document.member(params, ELICITATION_ID) == JsonDocument.NONE) {
            splice.members(
                    params, _ -> false, List.of(new Splice.Member(ELICITATION_ID, JsonText.quote(elicitationId))));
        }
        return splice.toBytes(params);
    }

    /** Whether its form asks for a password, a key or the like, by the name or format of a field. */
    boolean asksForSecrets(JsonDocument document) {
        int properties = document.member(document.member(params, REQUESTED_SCHEMA), PROPERTIES);
        if (kind != InputKind.ELICITATION || !document.is(properties, Kind.OBJECT)) {
            return false;
        }
        for (int each = document.first(properties); each != JsonDocument.NONE; each = document.next(properties, each)) {
            int format = document.member(each, FORMAT);
            boolean password =
                    document.is(format, Kind.STRING) && document.string(format).equalsIgnoreCase("password");
            if (password || SECRET.matcher(document.name(each)).find()) {
                return true;
            }
        }
        return false;
    }

    /** Has the message say which server asks: the user knows the agent, and cannot see past it. */
    void nameAsker(JsonDocument document, String alias, Splice splice) {
        int message = document.member(params, McpNames.MESSAGE);
        if (kind == InputKind.ELICITATION && document.is(message, Kind.STRING)) {
            int inside = document.start(message) + 1;
            splice.replace(inside, inside, (alias + " asks: ").getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * The requests of an upstream of an earlier revision, in the form of a result that asks for input. A request's id
     * becomes the key where it is fit to be one.
     */
    static Envelope asResult(List<Envelope> requests, JsonLimits limits) {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        Set<String> keys = new HashSet<>();
        for (Envelope request : requests) {
            if (!keys.isEmpty()) {
                entries.write(',');
            }
            String key = key(request);
            for (int number = 2; !keys.add(key); number++) {
                key = DEFAULT_KEY + number;
            }
            byte[] params = request.params() == JsonDocument.NONE
                    ? null
                    : request.document().rawBytes(request.params());
            entries.writeBytes(entry(key, request.method(), params));
        }
        return result(entries.toByteArray(), limits);
    }

    private static String key(Envelope request) {
        JsonDocument document = request.document();
        boolean fit = document.is(request.id(), Kind.STRING)
                && KEY.matcher(document.string(request.id())).matches();
        return fit ? document.string(request.id()) : DEFAULT_KEY;
    }

    /** The pages that an upstream of 2025-11-25 wants to have opened first, in the data of its error (-32042). */
    static List<AgentQuestion> ofUrlError(Envelope error) {
        JsonDocument document = error.document();
        int list = document.member(document.member(error.error(), McpNames.DATA), ELICITATIONS);
        List<AgentQuestion> pages = new ArrayList<>();
        if (document.is(list, Kind.ARRAY)) {
            for (int each = document.first(list); each != JsonDocument.NONE; each = document.next(list, each)) {
                if (document.is(each, Kind.OBJECT)) {
                    pages.add(new AgentQuestion(DEFAULT_KEY + (pages.size() + 1), InputKind.ELICITATION, each));
                }
            }
        }
        return pages;
    }

    /** These questions in the form of a result that asks for input. */
    static Envelope asResult(List<AgentQuestion> questions, JsonDocument document, JsonLimits limits) {
        ByteArrayOutputStream entries = new ByteArrayOutputStream();
        for (AgentQuestion question : questions) {
            if (entries.size() > 0) {
                entries.write(',');
            }
            entries.writeBytes(entry(question.key(), question.kind().method(), document.rawBytes(question.params())));
        }
        return result(entries.toByteArray(), limits);
    }

    private static byte[] entry(String key, String method, byte @Nullable [] params) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        json.writeBytes(JsonText.quote(key));
        text(json, ":{\"method\":");
        json.writeBytes(JsonText.quote(method));
        if (params != null) {
            text(json, ",\"params\":");
            json.writeBytes(params);
        }
        text(json, "}");
        return json.toByteArray();
    }

    private static Envelope result(byte[] entries, JsonLimits limits) {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        text(json, "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{");
        json.writeBytes(entries);
        text(json, "}}}");
        try {
            return Envelope.read(StrictJson.parse(json.toByteArray(), limits));
        } catch (JsonRefused | NotJsonRpc tooMuch) {
            throw new Refused(
                    Refusal.of(Reason.UPSTREAM_MALFORMED, tooMuch.getClass().getSimpleName()));
        }
    }

    /** The rest of a response that refuses an upstream's request. */
    static byte[] refused(String why) {
        return ("\"error\":{\"code\":" + NOT_SERVED + ",\"message\":"
                        + new String(JsonText.quote(why), StandardCharsets.UTF_8) + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The same for each that such a result asks for. */
    static List<byte[]> refused(Envelope inputRequired, String why) {
        return of(inputRequired).orElse(List.of()).stream()
                .map(_ -> refused(why))
                .toList();
    }

    private static void text(ByteArrayOutputStream out, String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.UTF_8));
    }
}
