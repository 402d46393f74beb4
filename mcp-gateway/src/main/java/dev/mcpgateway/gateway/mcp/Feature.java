package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.ParamHeaders;
import dev.mcpgateway.policy.CallFacts;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.Visibility;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.CheckedArguments;
import dev.mcpgateway.policy.arguments.CompiledSchema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A tool, prompt or resource as agents of one view can use it: what a call is about, once it is located. */
interface Feature {
    /** The canonical name, which rules and records use. */
    FeatureName name();

    /** By which agents know it: a name or a URI. */
    String exposedName();

    /** Hash of the upstream's definition, for audit; empty when there is none. */
    String definitionSha256();

    /** Checks the arguments of a request about it. */
    ArgumentVerdict check(Envelope request);

    /** Its arguments that requests of 2026-07-28 repeat in header fields. */
    default ParamHeaders mirrored() {
        return ParamHeaders.NONE;
    }

    /** What this caller may know of it. */
    default Visibility visibility(Policy policy, Subject subject, Instant now) {
        return policy.visibility(subject, name(), now);
    }

    /** What the policy says about its use. */
    default Decision decide(Policy policy, Subject subject, CheckedArguments arguments, Instant now) {
        return policy.decide(new CallFacts(subject, name(), arguments, now));
    }

    /** The schema of its structured results, if it has one. */
    default @Nullable CompiledSchema output() {
        return null;
    }

    /** Whether a server may ask for input while it is used (2026-07-28, Multi Round-Trip Requests: not completion). */
    default boolean takesInput() {
        return true;
    }

    /** Whether its structured results are wrapped for agents of earlier revisions, as the schema they were shown is. */
    default boolean schemaIsWrapped() {
        return false;
    }
}
