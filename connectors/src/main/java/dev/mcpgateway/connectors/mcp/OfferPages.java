package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts the pages of a server's lists together. All or nothing for each list: a part of it would hide entries silently.
 */
final class OfferPages {
    /** Most tools of one upstream, and most prompts and templates; no model can choose among more. */
    static final int ENTRIES_MAX = 2_000;

    /** Most resources of one upstream: a folder of files. */
    static final int RESOURCES_MAX = 10_000;

    /** Most pages of one list; servers send 50 to 1,000 entries on each. */
    static final int PAGES_MAX = 200;

    /** Most bytes of one page. */
    static final int PAGE_BYTES_MAX = 8 * 1024 * 1024;

    /** Deepest nesting of a page: none that its bytes allow keeps the page from being read. */
    static final int PAGE_DEPTH_MAX = PAGE_BYTES_MAX;

    /** Deepest nesting of a definition; the deepest schema that is enforced has 64 levels. */
    static final int ENTRY_DEPTH_MAX = 80;

    /** Most bytes of all pages of one list, since they stay in memory. */
    static final long LIST_BYTES_MAX = 16L * 1024 * 1024;

    /** Longest name of a tool (2026-07-28, Tools, "Tool Names") or prompt. */
    static final int NAME_CHARS_MAX = 128;

    /** Longest URI or URI template: it travels in a header, where servers accept 8 KiB in all. */
    static final int URI_CHARS_MAX = 2_048;

    private static final int CURSOR_BYTES_MAX = 4 * 1024;
    private static final int PROBLEMS_MAX = 100;
    private static final int SHOWN_CHARS = 128;
    private static final long METHOD_NOT_FOUND = -32601;

    /** Fetches one page. */
    @FunctionalInterface
    interface Pager {
        /** The page of a list at a cursor, which is JSON text as received, or empty for the first page. */
        UpstreamReply page(FeatureList list, String cursor);
    }

    private final FeatureList list;
    private final List<Definition> entries = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> cursors = new HashSet<>();
    private long bytes;
    private long ttlMillis = Long.MAX_VALUE;

    private OfferPages(FeatureList list) {
        this.list = list;
    }

    /**
     * Fetches all lists that the server has.
     *
     * @throws UpstreamFault if the first of them could not be fetched, or the caller cancelled; a later one is then
     *     missing in the offer
     */
    static Offer collect(Revision revision, ServerCapabilities capabilities, Pager pager) throws UpstreamFault {
        Map<FeatureList, List<Definition>> lists = new EnumMap<>(FeatureList.class);
        List<String> problems = new ArrayList<>();
        long ttl = Long.MAX_VALUE;
        boolean asked = false;
        for (FeatureList list : FeatureList.values()) {
            if (!isAsked(list, capabilities)) {
                lists.put(list, List.of());
                continue;
            }
            try {
                OfferPages pages = new OfferPages(list);
                pages.fetch(pager);
                lists.put(list, pages.entries);
                problems.addAll(pages.problems);
                ttl = Math.min(ttl, pages.ttlMillis);
            } catch (UpstreamFault fault) {
                if (asked && isUnknown(fault)) {
                    lists.put(list, List.of());
                } else if (!asked || fault.reply() instanceof UpstreamReply.Cancelled) {
                    throw fault;
                } else {
                    problems.add("its answer to " + list.method() + " is of no use, so that list stays as it was: "
                            + fault.getMessage());
                }
            }
            asked = true;
        }
        return new Offer(lists, capabilities, problems, revision, ttl == Long.MAX_VALUE ? 0 : ttl);
    }

    /**
     * Reads the lists that one object holds, each whole. What it does not hold is not offered.
     *
     * @throws UpstreamFault if one of them cannot be used
     */
    static Offer written(JsonDocument document) throws UpstreamFault {
        Map<FeatureList, List<Definition>> lists = new EnumMap<>(FeatureList.class);
        List<String> problems = new ArrayList<>();
        for (FeatureList list : FeatureList.values()) {
            OfferPages pages = new OfferPages(list);
            if (document.member(JsonDocument.ROOT, list.member()) != JsonDocument.NONE) {
                pages.add(document, JsonDocument.ROOT);
            }
            if (!pages.nextCursor(document, JsonDocument.ROOT).isEmpty()) {
                throw pages.malformed("has more pages than are written down");
            }
            lists.put(list, pages.entries);
            problems.addAll(pages.problems);
        }
        boolean resources =
                !lists.getOrDefault(FeatureList.RESOURCES, List.of()).isEmpty()
                        || !lists.getOrDefault(FeatureList.RESOURCE_TEMPLATES, List.of())
                                .isEmpty();
        ServerCapabilities capabilities = new ServerCapabilities(
                true,
                !lists.getOrDefault(FeatureList.PROMPTS, List.of()).isEmpty(),
                resources,
                false,
                false,
                false,
                false,
                false,
                false);
        return new Offer(lists, capabilities, problems, Revision.NEWEST_MODERN, Long.MAX_VALUE);
    }

    /** Servers that declare nothing at all have tools: the oldest ones said no more. */
    private static boolean isAsked(FeatureList list, ServerCapabilities capabilities) {
        boolean silent = !capabilities.tools() && !capabilities.prompts() && !capabilities.resources();
        return capabilities.offers(list) || (silent && list == FeatureList.TOOLS);
    }

    /** Many servers with resources have never heard of templates. */
    private static boolean isUnknown(UpstreamFault fault) {
        return fault.reply() instanceof UpstreamReply.ProtocolError error && error.code() == METHOD_NOT_FOUND;
    }

    private void fetch(Pager pager) throws UpstreamFault {
        String cursor = "";
        for (int page = 0; page < PAGES_MAX; page++) {
            UpstreamReply reply = pager.page(list, cursor);
            if (!(reply instanceof Answered(var message))) {
                throw new UpstreamFault(reply);
            }
            int result = message.result();
            add(message.document(), result);
            cursor = nextCursor(message.document(), result);
            if (cursor.isEmpty()) {
                return;
            }
        }
        throw malformed("has more than " + PAGES_MAX + " pages");
    }

    private void add(JsonDocument document, int result) throws UpstreamFault {
        int array = document.member(result, list.member());
        if (!document.is(array, Kind.ARRAY)) {
            throw malformed("is no array");
        }
        bytes += document.bytes().length;
        if (bytes > LIST_BYTES_MAX) {
            throw malformed("has more than " + LIST_BYTES_MAX + " bytes");
        }
        ttlMillis = Math.min(ttlMillis, ttl(document, result));
        for (int entry = document.first(array); entry != JsonDocument.NONE; entry = document.next(array, entry)) {
            add(document, entry, document.member(entry, list.key()));
        }
    }

    private void add(JsonDocument document, int entry, int name) throws UpstreamFault {
        if (!document.is(name, Kind.STRING)) {
            problem("it has no " + list.key(), "");
            return;
        }
        String text = document.string(name);
        boolean usable =
                !text.isEmpty() && text.length() <= charsMax() && text.chars().noneMatch(Character::isISOControl);
        if (!usable) {
            problem("its " + list.key() + " is empty, too long or has control characters", text);
        } else if (document.depth() > ENTRY_DEPTH_MAX && document.depth(entry) > ENTRY_DEPTH_MAX) {
            problem("its definition is nested deeper than " + ENTRY_DEPTH_MAX + " levels", text);
        } else if (!names.add(text)) {
            problem("it is a second one of that " + list.key(), text);
        } else if (entries.size() == entriesMax()) {
            throw malformed("has more than " + entriesMax() + " entries");
        } else {
            entries.add(new Definition(text, document, entry));
        }
    }

    private int charsMax() {
        return switch (list) {
            case TOOLS, PROMPTS -> NAME_CHARS_MAX;
            case RESOURCES, RESOURCE_TEMPLATES -> URI_CHARS_MAX;
        };
    }

    private int entriesMax() {
        return list == FeatureList.RESOURCES ? RESOURCES_MAX : ENTRIES_MAX;
    }

    private void problem(String why, String name) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add("an entry of " + list.method() + " was left out: " + why
                    + (name.isEmpty() ? "" : ": " + Printable.of(name, SHOWN_CHARS)));
        }
    }

    /** The cursor as written, quotes included; an empty cursor is a cursor, only an absent one is the end. */
    private String nextCursor(JsonDocument document, int result) throws UpstreamFault {
        int cursor = document.member(result, McpNames.NEXT_CURSOR);
        if (cursor == JsonDocument.NONE || document.is(cursor, Kind.NULL)) {
            return "";
        }
        if (!document.is(cursor, Kind.STRING) || document.length(cursor) > CURSOR_BYTES_MAX) {
            throw malformed("has a cursor that is no string of at most " + CURSOR_BYTES_MAX + " bytes");
        }
        String text = document.raw(cursor);
        if (!cursors.add(text)) {
            throw malformed("goes round in a circle");
        }
        return text;
    }

    private static long ttl(JsonDocument document, int result) {
        int ttl = document.member(result, McpNames.TTL_MS);
        if (!document.is(ttl, Kind.NUMBER) || !document.raw(ttl).matches("[0-9]{1,12}")) {
            return 0;
        }
        return Long.parseLong(document.raw(ttl));
    }

    private UpstreamFault malformed(String why) {
        return new UpstreamFault(new UpstreamReply.Malformed("its " + list.method() + " " + why));
    }
}
