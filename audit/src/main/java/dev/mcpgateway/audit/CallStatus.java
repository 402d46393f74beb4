package dev.mcpgateway.audit;

import java.util.Locale;

/** How a call ended (JSON: {@code outcome.status}, in lower case). */
public enum CallStatus {
    /** The upstream answered and the answer was delivered. */
    OK,
    /** The tool itself reported an error ({@code isError: true}). */
    TOOL_ERROR,
    /** The upstream answered with a JSON-RPC error. */
    PROTOCOL_ERROR,
    /** The upstream did not answer in time. */
    TIMEOUT,
    /** No connection to the upstream, or no free one. */
    UNREACHABLE,
    /** The answer was larger than the limit. */
    TOO_LARGE,
    /** The answer was not what the protocol allows. */
    MALFORMED,
    /** Screening withheld the answer. */
    SCREENED,
    /** The upstream asked for more input; the next round is a call of its own. */
    INPUT_REQUIRED,
    /** The agent cancelled or went away. */
    CANCELLED,
    /** The gateway ended the call without an outcome. */
    ABORTED;

    private final String json = name().toLowerCase(Locale.ROOT);

    String json() {
        return json;
    }
}
