package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.wire.Revision;
import java.util.Optional;

/**
 * A legacy session.
 *
 * @param id value of {@code Mcp-Session-Id}; absent where the server keeps no sessions
 * @param revision what was agreed on
 * @param announcesChanges whether the server declared {@code tools.listChanged}
 * @param credential what it was opened with, for the requests that end it or answer the server
 */
record HttpSession(Optional<String> id, Revision revision, boolean announcesChanges, Credential credential) {

    /** Longest id we keep; a UUID has 36, a signed token some hundred. */
    static final int ID_CHARS_MAX = 1024;

    /** Whether a server's id is what the specification allows: visible ASCII, and of bearable length. */
    static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= ID_CHARS_MAX && text.chars().allMatch(c -> c >= 0x21 && c <= 0x7E);
    }
}
