package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.mcp.UpstreamReply.Answered;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Revision;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts the pages of {@code tools/list} together. All or nothing: a part of a list would hide tools silently. */
final class OfferPages {
    /** Most tools of one upstream; no model can choose among more. */
    static final int TOOLS_MAX = 2_000;

    /** Most pages; servers send 50 to 1,000 tools on each. */
    static final int PAGES_MAX = 200;

    /** Most bytes of one page. */
    static final int PAGE_BYTES_MAX = 8 * 1024 * 1024;

    /** Deepest nesting of a page: none that its bytes allow keeps the page from being read. */
    static final int PAGE_DEPTH_MAX = PAGE_BYTES_MAX;

    /** Deepest nesting of a tool's definition; the deepest schema that is enforced has 64 levels. */
    static final int TOOL_DEPTH_MAX = 80;

    /** Most bytes of all pages, since they stay in memory. */
    static final long LIST_BYTES_MAX = 16L * 1024 * 1024;

    /** Longest tool name (2026-07-28, Tools, "Tool Names"). */
    static final int NAME_CHARS_MAX = 128;

    private static final int CURSOR_BYTES_MAX = 4 * 1024;
    private static final int PROBLEMS_MAX = 100;

    /** Fetches one page. */
    @FunctionalInterface
    interface Pager {
        /** The page at a cursor, which is JSON text as received, or empty for the first page. */
        UpstreamReply page(String cursor);
    }

    private final List<Definition> tools = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> cursors = new HashSet<>();
    private long bytes;
    private long ttlMillis = Long.MAX_VALUE;

    private OfferPages() {}

    /** Fetches all pages. */
    static Offer collect(Revision revision, Pager pager) throws UpstreamFault {
        OfferPages pages = new OfferPages();
        String cursor = "";
        for (int page = 0; page < PAGES_MAX; page++) {
            UpstreamReply reply = pager.page(cursor);
            if (!(reply instanceof Answered(var message))) {
                throw new UpstreamFault(reply);
            }
            int result = message.result();
            pages.add(message.document(), result);
            cursor = pages.nextCursor(message.document(), result);
            if (cursor.isEmpty()) {
                return new Offer(
                        Map.of(FeatureList.TOOLS, pages.tools),
                        ServerCapabilities.TOOLS_ONLY,
                        pages.problems,
                        revision,
                        pages.ttlMillis == Long.MAX_VALUE ? 0 : pages.ttlMillis);
            }
        }
        throw malformed("its list of tools has more than " + PAGES_MAX + " pages");
    }

    private void add(JsonDocument document, int result) throws UpstreamFault {
        int list = document.member(result, McpNames.TOOLS);
        if (!document.is(list, Kind.ARRAY)) {
            throw malformed("its list of tools is no array");
        }
        bytes += document.bytes().length;
        if (bytes > LIST_BYTES_MAX) {
            throw malformed("its list of tools has more than " + LIST_BYTES_MAX + " bytes");
        }
        ttlMillis = Math.min(ttlMillis, ttl(document, result));
        for (int tool = document.first(list); tool != JsonDocument.NONE; tool = document.next(list, tool)) {
            add(document, tool, document.member(tool, McpNames.NAME));
        }
    }

    private void add(JsonDocument document, int tool, int name) throws UpstreamFault {
        if (!document.is(name, Kind.STRING)) {
            problem("a tool without a name was left out");
            return;
        }
        String text = document.string(name);
        boolean usable = !text.isEmpty()
                && text.length() <= NAME_CHARS_MAX
                && text.chars().noneMatch(Character::isISOControl);
        if (!usable) {
            problem("a tool was left out: its name is empty, too long or has control characters: "
                    + Printable.of(text, NAME_CHARS_MAX));
        } else if (document.depth() > TOOL_DEPTH_MAX && document.depth(tool) > TOOL_DEPTH_MAX) {
            problem("a tool was left out: its definition is nested deeper than " + TOOL_DEPTH_MAX + " levels: "
                    + Printable.of(text, NAME_CHARS_MAX));
        } else if (!names.add(text)) {
            problem("a second tool of the same name was left out: " + Printable.of(text, NAME_CHARS_MAX));
        } else if (tools.size() == TOOLS_MAX) {
            throw malformed("it has more than " + TOOLS_MAX + " tools");
        } else {
            tools.add(new Definition(text, document, tool));
        }
    }

    private void problem(String text) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(text);
        }
    }

    /** The cursor as written, quotes included; an empty cursor is a cursor, only an absent one is the end. */
    private String nextCursor(JsonDocument document, int result) throws UpstreamFault {
        int cursor = document.member(result, McpNames.NEXT_CURSOR);
        if (cursor == JsonDocument.NONE || document.is(cursor, Kind.NULL)) {
            return "";
        }
        if (!document.is(cursor, Kind.STRING) || document.length(cursor) > CURSOR_BYTES_MAX) {
            throw malformed("its cursor is no string of at most " + CURSOR_BYTES_MAX + " bytes");
        }
        String text = document.raw(cursor);
        if (!cursors.add(text)) {
            throw malformed("its list of tools goes round in a circle");
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

    private static UpstreamFault malformed(String why) {
        return new UpstreamFault(new UpstreamReply.Malformed(why));
    }
}
