package dev.mcpgateway.gateway.model.kept;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The ids in one request of what its provider keeps. Those of Responses that this caller was given are opened; of files,
 * conversations, containers and cached contents the gateway gives none, so only those that the operator shares are passed on.
 */
final class NamedIds {
    private static final Name TYPE = Name.of("type");
    private static final Name ID = Name.of("id");
    private static final Name INPUT = Name.of("input");
    private static final Name ROLE = Name.of("role");
    private static final Name PREVIOUS = Name.of("previous_response_id");
    private static final Name CONVERSATION = Name.of("conversation");
    private static final Name CONTAINER = Name.of("container");
    private static final Name CONTAINER_ID = Name.of("container_id");
    private static final Name APPROVAL = Name.of("approval_request_id");
    private static final Name SEALED_REASONING = Name.of("encrypted_content");
    private static final Name ITEM_REFERENCE = Name.of("item_reference");
    private static final Name CONTAINER_REFERENCE = Name.of("container_reference");
    private static final Name REASONING = Name.of("reasoning");
    private static final Name MCP_CALL = Name.of("mcp_call");

    /** Members whose text, or texts, name something that is kept, wherever they stand. */
    private static final Name[] IDS = {
        Name.of("file_id"),
        Name.of("file_ids"),
        Name.of("vector_store_ids"),
        Name.of("cachedContent"),
        Name.of("cached_content"),
        CONTAINER
    };

    private static final Name[] URIS = {Name.of("fileUri"), Name.of("file_uri")};

    /** Members in which agents put what they like, and no provider looks for ids. */
    private static final Set<String> DATA = Set.of(
            "metadata",
            "parameters",
            "input_schema",
            "schema",
            "args",
            "response",
            "annotations",
            "citations",
            "functionDeclarations",
            "function_declarations");

    private final ModelRequest asked;
    private final JsonDocument body;
    private final Predicate<String> isOpen;
    private final Function<String, Optional<String>> opened;
    private final Splice edits;

    /**
     * @param isOpen whether everybody may name it
     * @param opened the provider's id, where this caller was given the text
     */
    NamedIds(ModelRequest asked, Predicate<String> isOpen, Function<String, Optional<String>> opened) {
        this.asked = asked;
        this.body = asked.body();
        this.isOpen = isOpen;
        this.opened = opened;
        this.edits = new Splice(body);
    }

    /**
     * The request as its provider gets it.
     *
     * @throws Refused if it names what was not given to this caller
     */
    ModelRequest request() {
        refuseForeign(JsonDocument.ROOT);
        int conversation = body.at(CONVERSATION);
        requireOpen(CONVERSATION, body.is(conversation, Kind.OBJECT) ? body.member(conversation, ID) : conversation);
        requireOpen(CONTAINER, body.member(body.at(CONTAINER), ID));
        if (asked.api() == ModelApi.RESPONSES) {
            open(PREVIOUS, body.at(PREVIOUS));
            items();
        }
        return edits.isEmpty()
                ? asked
                : new ModelRequest(asked.api(), reread(edits.toBytes()), asked.model(), asked.streamed());
    }

    private void items() {
        int input = body.at(INPUT);
        if (!body.is(input, Kind.ARRAY)) {
            return;
        }
        for (int each = body.first(input); each != JsonDocument.NONE; each = body.next(input, each)) {
            int id = body.member(each, ID);
            if (isOnlyNamed(each) || (body.is(id, Kind.STRING) && OwnerSeal.isSealed(body.string(id)))) {
                open(ID, id);
            }
            int approval = body.member(each, APPROVAL);
            boolean isHistory = body.stringEquals(body.member(each, TYPE), MCP_CALL);
            if (!isHistory || (body.is(approval, Kind.STRING) && OwnerSeal.isSealed(body.string(approval)))) {
                open(APPROVAL, approval);
            }
        }
    }

    /** Whether the provider must look the item up, since the request has not its content. */
    private boolean isOnlyNamed(int item) {
        int type = body.member(item, TYPE);
        if (type == JsonDocument.NONE || body.is(type, Kind.NULL)) {
            return body.member(item, ROLE) == JsonDocument.NONE;
        }
        return body.stringEquals(type, ITEM_REFERENCE)
                || (body.stringEquals(type, REASONING) && !body.is(body.member(item, SEALED_REASONING), Kind.STRING));
    }

    private void open(Name name, int node) {
        if (!body.is(node, Kind.STRING)) {
            return;
        }
        String given = body.string(node);
        Optional<String> id = opened.apply(given);
        if (id.isPresent()) {
            edits.replace(node, JsonText.quote(id.get()));
        } else if (!isOpen.test(given)) {
            throw unknown(name);
        }
    }

    private void refuseForeign(int node) {
        boolean isObject = body.is(node, Kind.OBJECT);
        if (!isObject && !body.is(node, Kind.ARRAY)) {
            return;
        }
        for (int each = body.first(node); each != JsonDocument.NONE; each = body.next(node, each)) {
            if (isObject) {
                requireOwn(node, each);
            }
            boolean isContainer = body.is(each, Kind.OBJECT) || body.is(each, Kind.ARRAY);
            if (isContainer && !(isObject && isData(node, each))) {
                refuseForeign(each);
            }
        }
    }

    private void requireOwn(int object, int member) {
        for (Name name : IDS) {
            if (body.isNamed(member, name)) {
                requireOpen(name, member);
            }
        }
        for (Name name : URIS) {
            if (body.isNamed(member, name) && body.is(member, Kind.STRING) && isKept(body.string(member))) {
                requireOpen(name, member);
            }
        }
        if (body.isNamed(member, CONTAINER_ID) && body.stringEquals(body.member(object, TYPE), CONTAINER_REFERENCE)) {
            requireOpen(CONTAINER_ID, member);
        }
    }

    /** The input of a tool is the agent's own, also where it has members of these names. */
    private boolean isData(int object, int member) {
        if (body.isNamed(member, INPUT)) {
            if (object == JsonDocument.ROOT) {
                return false;
            }
            int type = body.member(object, TYPE);
            return body.is(type, Kind.STRING) && body.string(type).endsWith("tool_use");
        }
        return DATA.contains(body.name(member));
    }

    /** Files of Google have URIs at its hosts, or names; any other page is there for everybody who knows where. */
    private static boolean isKept(String uri) {
        URI parsed;
        try {
            parsed = URI.create(uri);
        } catch (IllegalArgumentException noUri) {
            return true;
        }
        String host = parsed.getHost();
        boolean isWeb = "https".equalsIgnoreCase(parsed.getScheme()) || "http".equalsIgnoreCase(parsed.getScheme());
        return !isWeb || host == null || host.toLowerCase(Locale.ROOT).endsWith("googleapis.com");
    }

    private void requireOpen(Name name, int node) {
        if (body.is(node, Kind.STRING)) {
            if (!isOpen.test(body.string(node))) {
                throw unknown(name);
            }
        } else if (body.is(node, Kind.ARRAY)) {
            for (int each = body.first(node); each != JsonDocument.NONE; each = body.next(node, each)) {
                requireOpen(name, each);
            }
        }
    }

    private static Refused unknown(Name name) {
        return new Refused(Refusal.saying(Reason.UNKNOWN_KEPT, "'" + name.text() + "'"));
    }

    /** What was within the limits of requests and was edited here needs none. */
    private static JsonDocument reread(byte[] edited) {
        int most = edited.length;
        try {
            return StrictJson.parse(edited, new JsonLimits(most, most, most, most, most, true));
        } catch (JsonRefused impossible) {
            throw new IllegalStateException("an edit of a request is no JSON", impossible);
        }
    }
}
