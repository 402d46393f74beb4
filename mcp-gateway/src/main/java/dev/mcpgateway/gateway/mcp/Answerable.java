package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.policy.screen.ScreenedResult;
import org.jspecify.annotations.Nullable;

/**
 * A screened result in the wire form of the agent's era. Only {@link ResultScreen} makes one, from the proof that the
 * result was screened.
 */
final class Answerable {
    private final byte[] message;
    private final int httpStatus;
    private final CallStatus status;
    private final @Nullable String errorType;

    Answerable(ScreenedResult proof, byte[] message, int httpStatus, CallStatus status, @Nullable String errorType) {
        if (proof.withheld()) {
            throw new IllegalArgumentException("a withheld result cannot be answered");
        }
        this.message = message;
        this.httpStatus = httpStatus;
        this.status = status;
        this.errorType = errorType;
    }

    byte[] message() {
        return message;
    }

    /** HTTP status of the answer, unless it ends a stream. */
    int httpStatus() {
        return httpStatus;
    }

    CallStatus status() {
        return status;
    }

    /** The {@code error.type} of telemetry: {@code tool_error}, a JSON-RPC code, or {@code null} for success. */
    @Nullable
    String errorType() {
        return errorType;
    }

    /** The same for audit, empty for success. */
    String errorCode() {
        return errorType == null ? "" : errorType;
    }

    long resultBytes() {
        return message.length;
    }
}
