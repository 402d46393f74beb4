package dev.mcpgateway.gateway.mcp;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Cursors that say nothing and cannot be made or moved: an offset, sealed for caller, view, list and version of the
 * catalogue. A cursor from before the start of the process asks the agent to start over.
 */
final class CursorSeal {
    private static final int CURSOR_CHARS_MAX = 128;

    private final Seal seal;

    CursorSeal(Seal seal) {
        this.seal = seal;
    }

    /** The cursor for an offset in a list, which its method names. */
    String seal(String callerKey, String view, String list, long version, int offset) {
        return seal.seal(
                ByteBuffer.allocate(Integer.BYTES).putInt(offset).array(), boundTo(callerKey, view, list, version));
    }

    /** The offset in a cursor of this caller, view, list and version; empty for anything else. */
    Optional<Integer> open(String cursor, String callerKey, String view, String list, long version) {
        return cursor.length() > CURSOR_CHARS_MAX
                ? Optional.empty()
                : seal.open(cursor, boundTo(callerKey, view, list, version))
                        .map(offset -> ByteBuffer.wrap(offset).getInt());
    }

    private static List<String> boundTo(String callerKey, String view, String list, long version) {
        return List.of("cursor", callerKey, view, list, Long.toString(version));
    }
}
