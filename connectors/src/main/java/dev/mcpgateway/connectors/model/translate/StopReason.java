package dev.mcpgateway.connectors.model.translate;

/** Why a model stopped, in no protocol's words. */
public enum StopReason {
    /** It was done. */
    END,
    /** It wrote one of the stop sequences. */
    STOP_SEQUENCE,
    /** It reached the limit of output tokens. */
    LENGTH,
    /** It filled its context. */
    CONTEXT,
    /** It wants tools to be called. */
    TOOL_CALLS,
    /** It, or a filter of the provider, refused. */
    REFUSAL,
    /** The provider paused a long turn. */
    PAUSE
}
