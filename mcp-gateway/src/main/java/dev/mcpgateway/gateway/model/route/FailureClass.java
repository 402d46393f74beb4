package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.connectors.model.ModelFailure;

/** What may be tried after a failure. Nothing of an answer is with the agent yet. */
public enum FailureClass {
    /** The same target once more, then the next. */
    AGAIN,
    /** The next target at once: the same one would say the same. */
    NEXT,
    /** Nothing: the request is at fault, or nobody waits for its answer. */
    NEVER;

    /** The class of a failure. */
    public static FailureClass of(ModelFailure failure) {
        return switch (failure.cause()) {
            case NOT_CONNECTED, BROKEN, MALFORMED, RATE_LIMITED, OVER_QUOTA, PROVIDER_ERROR -> AGAIN;
            case UNTRANSLATABLE,
                    NO_CREDENTIAL,
                    CREDENTIAL_REFUSED,
                    NOT_ENTITLED,
                    BUSY,
                    TIMED_OUT,
                    OUT_OF_TIME,
                    TOO_LONG -> NEXT;
            case REJECTED ->
                switch (failure.status()) {
                    case 408, 409 -> AGAIN;
                    default -> NEVER;
                };
            // an answer that is paid for already
            case UNREADABLE, TOO_LARGE, CANCELLED -> NEVER;
        };
    }

    /** Whether the target would not take the call, though neither the call nor the target's machine was at fault. */
    public static boolean isRefusal(ModelFailure failure) {
        return switch (failure.cause()) {
            case NO_CREDENTIAL, CREDENTIAL_REFUSED, NOT_ENTITLED, BUSY, RATE_LIMITED, OVER_QUOTA -> true;
            default -> false;
        };
    }

    /** What the end of a stream says whose first content is with the agent: a limit of ours may have ended a healthy one. */
    public static Breaker.Outcome brokenOff(ModelFailure failure) {
        return failure.cause() == ModelFailure.Cause.OUT_OF_TIME ? Breaker.Outcome.IGNORED : outcome(failure);
    }

    /** What a failure says about the health of a target. */
    public static Breaker.Outcome outcome(ModelFailure failure) {
        return switch (failure.cause()) {
            case NOT_CONNECTED, TIMED_OUT, OUT_OF_TIME, BROKEN, MALFORMED, PROVIDER_ERROR -> Breaker.Outcome.FAILURE;
            case UNTRANSLATABLE,
                    NO_CREDENTIAL,
                    CREDENTIAL_REFUSED,
                    NOT_ENTITLED,
                    BUSY,
                    RATE_LIMITED,
                    OVER_QUOTA,
                    TOO_LONG,
                    REJECTED,
                    UNREADABLE,
                    TOO_LARGE,
                    CANCELLED -> Breaker.Outcome.IGNORED;
        };
    }
}
