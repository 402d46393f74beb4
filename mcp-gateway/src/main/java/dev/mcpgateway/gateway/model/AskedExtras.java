package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.gateway.model.money.Price;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a request may use that is not billed as tokens of text: tools that the provider runs itself, sound, and pictures as an
 * answer. It is looked for in the words of all protocols, whichever the request is of; a limit only in those of its own.
 *
 * @param tools how often each may be used at most, as the request says; below zero where it does not
 * @param hasSound whether something in it is sound, or may be: a file of which nobody says what it is
 * @param wantsSound whether it asks for sound as an answer
 * @param wantsPictures whether it asks for pictures as an answer
 */
record AskedExtras(Map<String, Long> tools, boolean hasSound, boolean wantsSound, boolean wantsPictures) {
    private static final Name TYPE = Name.of("type");
    private static final Name TOOLS = Name.of("tools");
    private static final Name MAX_USES = Name.of("max_uses");
    private static final Name MAX_TOOL_CALLS = Name.of("max_tool_calls");
    private static final Name ENVIRONMENT = Name.of("environment");
    private static final Name INPUT = Name.of("input");
    private static final Name ADDITIONAL_TOOLS = Name.of("additional_tools");
    private static final Name LOCAL = Name.of("local");
    private static final String WEB_SEARCH = "web_search";

    /** Members at the top that turn a search on: OpenAI's, and the add-ons of servers that sell many models. */
    private static final List<Name> SEARCHES = List.of(Name.of("web_search_options"), Name.of("plugins"));

    /** Types of tools have the day of their version behind their name. */
    private static final Pattern VERSION = Pattern.compile("_(preview|20[0-9]{6}|20[0-9]{2}_[0-9]{2}_[0-9]{2})");

    private static final Pattern CAPITAL = Pattern.compile("[A-Z]");

    /** Types of tools that the agent carries out, or that cost nothing but tokens. */
    private static final Set<String> WITHOUT_FEE = Set.of(
            "function",
            "custom",
            "namespace",
            "apply_patch",
            "local_shell",
            "computer",
            "computer_use",
            "computer_toolset",
            "browser_toolset",
            "bash",
            "text_editor",
            "memory",
            "mcp",
            "mcp_toolset",
            "tool_search",
            "tool_search_tool_regex",
            "tool_search_tool_bm25",
            "programmatic_tool_calling",
            "web_fetch");

    /** Gemini's tools are members without a type. */
    private static final Map<String, String> OF_GEMINI = Map.ofEntries(
            Map.entry("googleSearch", WEB_SEARCH),
            Map.entry("google_search", WEB_SEARCH),
            Map.entry("googleSearchRetrieval", WEB_SEARCH),
            Map.entry("google_search_retrieval", WEB_SEARCH),
            Map.entry("enterpriseWebSearch", WEB_SEARCH),
            Map.entry("enterprise_web_search", WEB_SEARCH),
            Map.entry("exaAiSearch", WEB_SEARCH),
            Map.entry("parallelAiSearch", WEB_SEARCH),
            Map.entry("googleMaps", "google_maps"),
            Map.entry("google_maps", "google_maps"),
            Map.entry("retrieval", "retrieval"));

    private static final Set<String> OF_GEMINI_WITHOUT_FEE = Set.of(
            "functionDeclarations",
            "function_declarations",
            "urlContext",
            "url_context",
            "codeExecution",
            "code_execution",
            "computerUse",
            "computer_use",
            "fileSearch",
            "file_search",
            "mcpServers");

    private static final Set<String> SOUNDS = Set.of("input_audio", "audio", "audio_url", "video_url");
    private static final Set<String> MEDIA = Set.of("inlineData", "inline_data", "fileData", "file_data");
    private static final List<Name> MEDIA_TYPES = List.of(Name.of("mimeType"), Name.of("mime_type"));

    /** Films have sound. */
    private static final Pattern HEARD = Pattern.compile("(audio|video)/.*", Pattern.CASE_INSENSITIVE);

    /** Copies the map. */
    AskedExtras {
        tools = Map.copyOf(tools);
    }

    /**
     * Of a request.
     *
     * @param isText whether the request is text and nothing else
     */
    static AskedExtras of(ModelRequest request, boolean isText) {
        JsonDocument body = request.body();
        Map<String, Long> tools = new HashMap<>();
        offered(tools, request.api(), body, body.at(TOOLS));
        int input = body.at(INPUT);
        for (int each = first(body, input); each != JsonDocument.NONE; each = body.next(input, each)) {
            if (body.stringEquals(body.member(each, TYPE), ADDITIONAL_TOOLS)) {
                offered(tools, request.api(), body, body.member(each, TOOLS));
            }
        }
        for (Name search : SEARCHES) {
            int node = body.at(search);
            if (node != JsonDocument.NONE && !body.is(node, Kind.NULL)) {
                offer(tools, WEB_SEARCH, -1);
            }
        }
        long all = AskedTokens.number(body, body.at(MAX_TOOL_CALLS));
        if (all >= 0 && request.api() == ModelApi.RESPONSES) {
            tools.replaceAll((_, _) -> all);
        }
        return new AskedExtras(
                tools, !isText && hasSound(body, JsonDocument.ROOT), wants(body, "audio"), wants(body, "image"));
    }

    private static void offered(Map<String, Long> tools, ModelApi api, JsonDocument body, int list) {
        for (int tool = first(body, list); tool != JsonDocument.NONE; tool = body.next(list, tool)) {
            int type = body.member(tool, TYPE);
            if (body.is(type, Kind.STRING)) {
                typed(tools, api, body, tool, VERSION.matcher(body.string(type)).replaceAll(""));
            } else if (body.is(tool, Kind.OBJECT)) {
                for (int each = body.first(tool); each != JsonDocument.NONE; each = body.next(tool, each)) {
                    member(tools, api, body.name(each));
                }
            }
        }
    }

    private static void typed(Map<String, Long> tools, ModelApi api, JsonDocument body, int tool, String name) {
        int environment = body.member(tool, ENVIRONMENT);
        boolean isAtAgent = name.equals("shell")
                && (!body.is(environment, Kind.OBJECT) || body.stringEquals(body.member(environment, TYPE), LOCAL));
        if (!isAtAgent && !WITHOUT_FEE.contains(name)) {
            offer(tools, name, api == ModelApi.MESSAGES ? AskedTokens.number(body, body.member(tool, MAX_USES)) : -1);
        }
    }

    /** A tool without a type is an agent's own, or one of Gemini's; what Google may add tomorrow counts as one that costs. */
    private static void member(Map<String, Long> tools, ModelApi api, String name) {
        String known = OF_GEMINI.get(name);
        if (known != null) {
            offer(tools, known, -1);
        } else if (api == ModelApi.GENERATE_CONTENT && !OF_GEMINI_WITHOUT_FEE.contains(name)) {
            offer(tools, CAPITAL.matcher(name).replaceAll("_$0").toLowerCase(Locale.ROOT), -1);
        }
    }

    /** Of two limits both may be used up. */
    private static void offer(Map<String, Long> tools, String tool, long most) {
        tools.merge(tool, most, (one, other) -> one < 0 || other < 0 ? -1 : one + other);
    }

    private static boolean hasSound(JsonDocument body, int node) {
        boolean isObject = body.is(node, Kind.OBJECT);
        if (!isObject && !body.is(node, Kind.ARRAY)) {
            return false;
        }
        for (int each = body.first(node); each != JsonDocument.NONE; each = body.next(node, each)) {
            if ((isObject && isSound(body, each)) || hasSound(body, each)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSound(JsonDocument body, int member) {
        if (body.isNamed(member, TYPE)) {
            return body.is(member, Kind.STRING) && SOUNDS.contains(body.string(member));
        }
        if (!MEDIA.contains(body.name(member)) || !body.is(member, Kind.OBJECT)) {
            return false;
        }
        Optional<String> said = MEDIA_TYPES.stream()
                .map(name -> body.member(member, name))
                .filter(type -> body.is(type, Kind.STRING))
                .map(body::string)
                .findFirst();
        return said.isEmpty() || HEARD.matcher(said.get()).matches();
    }

    private static boolean wants(JsonDocument body, String medium) {
        return wants(body, body.at(Name.of("modalities")), medium)
                || wants(body, body.at(Name.of("generationConfig"), Name.of("responseModalities")), medium);
    }

    private static boolean wants(JsonDocument body, int list, String medium) {
        for (int each = first(body, list); each != JsonDocument.NONE; each = body.next(list, each)) {
            if (body.is(each, Kind.STRING)
                    && body.string(each).toLowerCase(Locale.ROOT).equals(medium)) {
                return true;
            }
        }
        return false;
    }

    private static int first(JsonDocument body, int list) {
        return body.is(list, Kind.ARRAY) ? body.first(list) : JsonDocument.NONE;
    }

    /** What of it has no price, in the words of the file of prices; empty where all has. */
    Optional<String> unpriced(Price price) {
        Optional<String> tool = tools.keySet().stream()
                .filter(name -> !price.tools().has(name))
                .sorted()
                .findFirst()
                .map(name -> "tools: " + name);
        if (tool.isPresent()) {
            return tool;
        }
        if (hasSound && price.rates().audio().input() < 0) {
            return Optional.of("audio_input");
        }
        if (wantsSound && price.rates().audio().output() < 0) {
            return Optional.of("audio_output");
        }
        return wantsPictures && price.rates().image().output() < 0 ? Optional.of("image_output") : Optional.empty();
    }

    /** How often each tool can be used, where a request that sets no limit is taken for {@code assumed}. */
    Map<String, Long> most(long assumed) {
        Map<String, Long> most = new HashMap<>(tools);
        most.replaceAll((_, said) -> said < 0 ? assumed : said);
        return most;
    }
}
