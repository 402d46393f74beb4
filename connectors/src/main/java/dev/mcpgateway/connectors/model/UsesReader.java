package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Counts in an answer what a provider's own tools were used for, in one place or in parts of a stream. Where the provider
 * states a number, that counts; otherwise what can be seen of the uses does. Fields are those of the official SDKs:
 * {@code openai} 6.49.0 ({@code ResponseOutputItem}, {@code ChatCompletionMessage.Annotation}), {@code @anthropic-ai/sdk}
 * 1.11.0 ({@code ServerToolUsage}, {@code ServerToolUseBlock}), {@code @google/genai} 2.32.0 ({@code GroundingMetadata}).
 */
final class UsesReader {
    private static final Name TYPE = Name.of("type");
    private static final Name NAME = Name.of("name");
    private static final Name ACTION = Name.of("action");
    private static final Name ENVIRONMENT = Name.of("environment");
    private static final Name SERVER_TOOL_USE = Name.of("server_tool_use");
    private static final Name MESSAGE = Name.of("message");
    private static final Name DELTA = Name.of("delta");
    private static final Name ANNOTATIONS = Name.of("annotations");
    private static final Name URL_CITATION = Name.of("url_citation");
    private static final Name GROUNDING = Name.of("groundingMetadata");
    private static final Name GROUNDING_CHUNKS = Name.of("groundingChunks");
    private static final Name MAPS = Name.of("maps");
    private static final List<Name> SEARCHES = List.of(Name.of("webSearchQueries"), Name.of("imageSearchQueries"));
    private static final Name RETRIEVALS = Name.of("retrievalQueries");

    private static final String WEB_SEARCH = "web_search";
    private static final String CALL = "_call";
    private static final String REQUESTS = "_requests";
    private static final String CODE_EXECUTION = "code_execution";

    /** Items of Responses that the agent carries out, or that cost nothing but tokens. */
    private static final Set<String> WITHOUT_FEE = Set.of(
            "function_call",
            "custom_tool_call",
            "computer_call",
            "local_shell_call",
            "apply_patch_call",
            "tool_search_call",
            "mcp_call");

    /** What reads on in what was found costs tokens alone; only a search is a use. */
    private static final Set<String> READING_ON = Set.of("open_page", "find_in_page");

    /** As names in a file of prices are; an answer can name no other tools. */
    private static final Pattern TOOL = Pattern.compile("[a-z0-9_]{1,64}");

    private static final int TOOLS_MAX = 16;
    private static final int KEPT_MAX = 4_096;

    private final Map<Integer, String> seen = new HashMap<>();
    private final Map<String, Long> beyond = new HashMap<>();
    private final Map<String, Long> stated = new HashMap<>();
    private final Set<String> queries = new HashSet<>();
    private final Set<String> tools = new HashSet<>();

    /** How often each tool was used so far. */
    Map<String, Long> uses() {
        if (tools.isEmpty() && queries.isEmpty() && stated.isEmpty()) {
            return Map.of();
        }
        Map<String, Long> uses = new HashMap<>(beyond);
        seen.values().forEach(tool -> uses.merge(tool, 1L, Long::sum));
        uses.putAll(stated);
        uses.values().removeIf(count -> count == 0);
        return uses;
    }

    /** An item of Responses' output; a later state of the one in the same place takes its place. */
    void item(JsonDocument document, int item, int place) {
        String type = text(document, document.member(item, TYPE));
        boolean isUse = type.endsWith(CALL) && !WITHOUT_FEE.contains(type);
        if (isUse && type.equals("web_search_call")) {
            isUse = !READING_ON.contains(text(document, document.member(document.member(item, ACTION), TYPE)));
        } else if (isUse && type.equals("shell_call")) {
            isUse = text(document, document.member(document.member(item, ENVIRONMENT), TYPE))
                    .startsWith("container");
        }
        if (isUse) {
            use(place, type.substring(0, type.length() - CALL.length()));
        } else {
            seen.remove(place);
        }
    }

    /** All of the output. */
    void items(JsonDocument document, int output) {
        int place = 0;
        for (int each = first(document, output); each != JsonDocument.NONE; each = document.next(output, each)) {
            item(document, each, place++);
        }
    }

    /** A block of a message. */
    void block(JsonDocument document, int block, int place) {
        if (document.stringEquals(document.member(block, TYPE), SERVER_TOOL_USE)) {
            String tool = text(document, document.member(block, NAME));
            if (!tool.startsWith("tool_search_tool")) {
                use(place, tool.endsWith(CODE_EXECUTION) ? CODE_EXECUTION : tool);
            }
        }
    }

    /** All blocks of a message. */
    void blocks(JsonDocument document, int content) {
        int place = 0;
        for (int each = first(document, content); each != JsonDocument.NONE; each = document.next(content, each)) {
            block(document, each, place++);
        }
    }

    /** What the usage of a message that is complete states; a use that failed is not billed, and not in it. */
    void stated(JsonDocument document, int usage) {
        int uses = document.member(usage, SERVER_TOOL_USE);
        if (!document.is(uses, Kind.OBJECT)) {
            return;
        }
        for (int each = document.first(uses); each != JsonDocument.NONE; each = document.next(uses, each)) {
            String name = document.name(each);
            long count = UsageReader.count(document, each);
            if (name.endsWith(REQUESTS) && count >= 0) {
                String tool = name.substring(0, name.length() - REQUESTS.length());
                if (isKept(tool)) {
                    stated.put(tool, count);
                }
            }
        }
    }

    /** A choice of chat completions, whole or a part: citations show that there was a search, and not how many. */
    void choice(JsonDocument document, int choice) {
        int message = document.member(choice, MESSAGE);
        int annotations =
                document.member(message == JsonDocument.NONE ? document.member(choice, DELTA) : message, ANNOTATIONS);
        for (int each = first(document, annotations);
                each != JsonDocument.NONE;
                each = document.next(annotations, each)) {
            if (document.stringEquals(document.member(each, TYPE), URL_CITATION)) {
                stated.put(WEB_SEARCH, 1L);
                return;
            }
        }
    }

    /** A candidate of Gemini. A query is billed once, and an empty one is not; a stream may repeat them. */
    void candidate(JsonDocument document, int candidate) {
        int grounding = document.member(candidate, GROUNDING);
        if (!document.is(grounding, Kind.OBJECT)) {
            return;
        }
        SEARCHES.forEach(name -> queries(document, document.member(grounding, name), WEB_SEARCH));
        queries(document, document.member(grounding, RETRIEVALS), "retrieval");
        int chunks = document.member(grounding, GROUNDING_CHUNKS);
        for (int each = first(document, chunks); each != JsonDocument.NONE; each = document.next(chunks, each)) {
            if (document.is(document.member(each, MAPS), Kind.OBJECT)) {
                stated.put("google_maps", 1L);
            }
        }
    }

    private void queries(JsonDocument document, int list, String tool) {
        for (int each = first(document, list); each != JsonDocument.NONE; each = document.next(list, each)) {
            String query = text(document, each);
            boolean isOther = !query.isBlank() && (queries.size() >= KEPT_MAX || queries.add(tool + ' ' + query));
            if (isOther) {
                beyond.merge(tool, 1L, Long::sum);
            }
        }
    }

    /** What does not fit is counted whenever it is seen: rather too often than not at all. */
    private void use(int place, String tool) {
        if (!isKept(tool)) {
            return;
        }
        if (seen.size() < KEPT_MAX || seen.containsKey(place)) {
            seen.put(place, tool);
        } else {
            beyond.merge(tool, 1L, Long::sum);
        }
    }

    private boolean isKept(String tool) {
        return tools.contains(tool)
                || (tools.size() < TOOLS_MAX && TOOL.matcher(tool).matches() && tools.add(tool));
    }

    private static int first(JsonDocument document, int list) {
        return document.is(list, Kind.ARRAY) ? document.first(list) : JsonDocument.NONE;
    }

    private static String text(JsonDocument document, int node) {
        return document.is(node, Kind.STRING) ? document.string(node) : "";
    }
}
