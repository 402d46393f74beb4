package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.audit.ModelOutcome;
import dev.mcpgateway.audit.ModelRouting;
import dev.mcpgateway.audit.TokenCounts;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.model.money.Terms;

/** What came of a call, in the words of refusals and of the audit log. */
final class ModelOutcomes {
    private ModelOutcomes() {}

    /** What a failure is to the agent. */
    static Refusal refusal(ModelFailure failure) {
        Reason reason = switch (failure.cause()) {
            case UNTRANSLATABLE -> Reason.UNTRANSLATABLE;
            case NO_CREDENTIAL, CREDENTIAL_REFUSED, NOT_ENTITLED -> Reason.CREDENTIAL_UNAVAILABLE;
            case NOT_CONNECTED, BROKEN -> Reason.UPSTREAM_DOWN;
            case BUSY -> Reason.UPSTREAM_BUSY;
            case TIMED_OUT, OUT_OF_TIME -> Reason.UPSTREAM_TIMED_OUT;
            case MALFORMED, UNREADABLE -> Reason.UPSTREAM_MALFORMED;
            case TOO_LARGE -> Reason.RESULT_TOO_LARGE;
            case TOO_LONG -> Reason.PROMPT_TOO_LONG;
            case RATE_LIMITED, OVER_QUOTA, REJECTED -> Reason.PROVIDER_REFUSED;
            case PROVIDER_ERROR -> Reason.PROVIDER_FAILED;
            case CANCELLED -> Reason.CANCELLED;
        };
        return new Refusal(
                reason,
                says(reason, failure),
                failure.detail(),
                Refusal.of(reason).scopes(),
                "",
                failure.retryAfterSeconds());
    }

    /** Rows that tools share speak of servers and calls that may have run. */
    private static String says(Reason reason, ModelFailure failure) {
        return switch (reason) {
            case UNTRANSLATABLE -> Refusal.saying(reason, failure.detail()).says();
            case UPSTREAM_TIMED_OUT -> "The provider of the model did not answer in time.";
            case UPSTREAM_DOWN, CREDENTIAL_UNAVAILABLE -> "The provider of the model cannot be reached at the moment.";
            case UPSTREAM_BUSY -> "The provider of the model is busy. Try again later.";
            case UPSTREAM_MALFORMED ->
                failure.cause() == ModelFailure.Cause.UNREADABLE
                        ? "The model has answered, but its answer cannot be passed on in this protocol."
                        : "The provider of the model sent an answer that is not valid.";
            case RESULT_TOO_LARGE -> "The model's answer is too large to be passed on.";
            case PROVIDER_REFUSED ->
                switch (failure.cause()) {
                    case RATE_LIMITED, OVER_QUOTA ->
                        "The provider of the model takes no more requests at the moment. Try again later.";
                    default -> reason.text();
                };
            default -> reason.text();
        };
    }

    /**
     * Whether the status of a refusal tells the agent of its request, also without a word of the provider's. Keys, rights and
     * bills are the gateway's, 407 is its proxy's, and SDKs take 408 and 424 for more than a provider's refusal.
     */
    static boolean isOfTheRequest(ModelFailure failure) {
        return switch (failure.cause()) {
            case RATE_LIMITED, OVER_QUOTA -> true;
            case REJECTED ->
                switch (failure.status()) {
                    case 401, 402, 403, 407, 408, 424 -> false;
                    default -> true;
                };
            default -> false;
        };
    }

    /** The same once part of the answer is with the agent. */
    static Refusal brokenOff(ModelFailure failure) {
        Refusal refusal = refusal(failure);
        return refusal.reason() == Reason.UPSTREAM_DOWN ? Refusal.of(Reason.STREAM_BROKEN, failure.detail()) : refusal;
    }

    /** Whether the provider may be paid for it: a request that it did not get or did not take costs nothing. */
    static Reservation.End end(ModelFailure failure) {
        if (!failure.sent()) {
            return Reservation.End.UNANSWERED;
        }
        return switch (failure.cause()) {
            case UNTRANSLATABLE,
                    NO_CREDENTIAL,
                    NOT_CONNECTED,
                    BUSY,
                    CREDENTIAL_REFUSED,
                    NOT_ENTITLED,
                    RATE_LIMITED,
                    OVER_QUOTA,
                    TOO_LONG,
                    REJECTED,
                    PROVIDER_ERROR -> Reservation.End.UNANSWERED;
            // who has said why the model stopped has counted everything
            case UNREADABLE ->
                failure.facts().finishReason().isEmpty() ? Reservation.End.CUT : Reservation.End.COMPLETE;
            case TIMED_OUT, OUT_OF_TIME, BROKEN, MALFORMED, TOO_LARGE, CANCELLED -> Reservation.End.CUT;
        };
    }

    static CallStatus status(Reason reason) {
        return switch (reason) {
            case UPSTREAM_TIMED_OUT -> CallStatus.TIMEOUT;
            case UPSTREAM_DOWN, UPSTREAM_BUSY, CREDENTIAL_UNAVAILABLE, STREAM_BROKEN -> CallStatus.UNREACHABLE;
            case RESULT_TOO_LARGE -> CallStatus.TOO_LARGE;
            case UPSTREAM_MALFORMED -> CallStatus.MALFORMED;
            case PROMPT_TOO_LONG, PROVIDER_REFUSED, PROVIDER_FAILED, MODEL_MISMATCH -> CallStatus.PROTOCOL_ERROR;
            case SCREENED -> CallStatus.SCREENED;
            case CANCELLED -> CallStatus.CANCELLED;
            default -> CallStatus.ABORTED;
        };
    }

    /** What the answer said of itself, what it cost, which cache it came from, empty for none, and how the call came to it. */
    static ModelOutcome said(ModelFacts facts, Cost cost, String cache, ModelRouting routing) {
        ModelUsage usage = facts.usage();
        return new ModelOutcome(
                facts.servedModel(),
                facts.finishReason(),
                usage.isKnown()
                        ? new TokenCounts(
                                usage.input(),
                                usage.cacheRead(),
                                usage.cacheWrite(),
                                usage.cacheWriteHour(),
                                usage.output(),
                                usage.reasoning(),
                                medium(usage.audio()),
                                medium(usage.image()))
                        : TokenCounts.UNKNOWN,
                facts.uses(),
                Terms.PLAIN.as(facts.terms()).special(),
                cost.nanoUsd(),
                cost.isEstimated(),
                cache,
                routing);
    }

    private static TokenCounts.Medium medium(ModelUsage.Medium medium) {
        return new TokenCounts.Medium(medium.input(), medium.cacheRead(), medium.output());
    }
}
