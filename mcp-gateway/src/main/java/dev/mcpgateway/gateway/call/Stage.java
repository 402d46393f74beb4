package dev.mcpgateway.gateway.call;

/**
 * The stages of a call, in order: the union of the paths. Audit records, metrics, span events and the tables in
 * README.md use these names; a test keeps them equal.
 */
public enum Stage {
    /** Headers only: Host, Origin, method, path, content type. No byte of the body was read. */
    RECEIVE,
    /** A credential becomes a verified caller. */
    IDENTIFY,
    /** Bytes become one strictly parsed message of a known era, equal to its headers. */
    READ,
    /** {@code tools/list}: the tools of the view, from the last good catalogue. */
    GATHER,
    /** {@code tools/list}: what this caller may see, by the same decision that guards a call. */
    FILTER,
    /** {@code tools/list}: exposed names, order, page and cache hints. */
    SHAPE,
    /** {@code tools/call}: the tool in the caller's visible catalogue. */
    LOCATE,
    /** {@code tools/call}: size, depth and input schema of the arguments. */
    CHECK,
    /** {@code tools/call}: the policy's decision; a permit or nothing. */
    AUTHORIZE,
    /** A model: who is asked for it, in which order. */
    ROUTE,
    /** {@code tools/call}: rate and concurrency. A model's rate is asked earlier, before CHECK. */
    ADMIT,
    /** A model: what the call may cost at most is set aside. */
    BUDGET,
    /** A model: whether the same was answered before. */
    CACHE,
    /** The intent is durable in the audit log, or the call ends. */
    RECORD,
    /** {@code tools/call}: what the upstream gets instead of the caller's token. */
    CREDENTIAL,
    /** {@code tools/call}: the exchange with the upstream. */
    FORWARD,
    /** A model's stream: each event as it comes, from the first one to the last. */
    RELAY,
    /** {@code tools/call}: size and screening of all text that came back. */
    SCREEN,
    /** {@code tools/call}: the outcome is in the audit log. */
    FINISH,
    /** The wire form of the agent's era. */
    ANSWER
}
