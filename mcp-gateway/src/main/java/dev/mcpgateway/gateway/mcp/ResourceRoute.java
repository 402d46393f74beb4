package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.Visibility;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.CheckedArguments;
import java.time.Instant;
import java.util.List;

/**
 * Where a read of a URI goes. Says nothing about who may read it.
 *
 * @param name the canonical name: the owner's alias and the URI
 * @param definitionSha256 hash of the definition of the resource, or of the template to which it belongs; empty for a
 *     {@code ui://} resource that is not listed
 * @param tools for {@code ui://} resources (MCP Apps) the tools that show it, at least one; empty for all others
 */
record ResourceRoute(FeatureName name, String definitionSha256, List<ExposedTool> tools) implements Feature {
    ResourceRoute {
        tools = List.copyOf(tools);
    }

    /** Whether it is a resource of MCP Apps, which {@link #follow}s its tools. */
    boolean isApp() {
        return !tools.isEmpty();
    }

    /**
     * Decides a read of an app's resource: the caller may, who may call one of the tools that show it. Otherwise the first
     * tool's decision. Only for apps.
     */
    Decision follow(Policy policy, Subject subject, Instant now) {
        Decision first = policy.follow(subject, tools.getFirst().name(), name, now);
        for (int i = 1; i < tools.size() && !(first instanceof Decision.Allow); i++) {
            Decision next = policy.follow(subject, tools.get(i).name(), name, now);
            if (next instanceof Decision.Allow) {
                return next;
            }
        }
        return first;
    }

    /** Whether {@link #follow} allows it. */
    boolean isShown(Policy policy, Subject subject, Instant now) {
        return follow(policy, subject, now) instanceof Decision.Allow;
    }

    @Override
    public String exposedName() {
        return name.own();
    }

    @Override
    public ArgumentVerdict check(Envelope request) {
        return new ArgumentVerdict.Valid(CheckedArguments.none());
    }

    @Override
    public Visibility visibility(Policy policy, Subject subject, Instant now) {
        if (!isApp()) {
            return Feature.super.visibility(policy, subject, now);
        }
        return switch (follow(policy, subject, now)) {
            case Decision.Allow _ -> new Visibility.Visible();
            case Decision.NeedsScope(var scopes) -> new Visibility.NeedsScope(scopes);
            case Decision.Deny _ -> new Visibility.Hidden();
        };
    }

    @Override
    public Decision decide(Policy policy, Subject subject, CheckedArguments arguments, Instant now) {
        return isApp() ? follow(policy, subject, now) : Feature.super.decide(policy, subject, arguments, now);
    }
}
