package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.Visibility;
import dev.mcpgateway.policy.arguments.CheckedArguments;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a caller may hear of a resource: whoever may read it, and nobody else. */
final class ResourceAccess {
    private ResourceAccess() {}

    /**
     * What the policy says of a read.
     *
     * @param route where a read would go; {@code null} for nowhere, which looks the same as hidden
     */
    static Visibility of(@Nullable ResourceRoute route, Policy policy, Subject subject, Instant now) {
        if (route == null) {
            return new Visibility.Hidden();
        }
        if (!route.isApp()) {
            return policy.visibility(subject, route.name(), now);
        }
        return switch (route.follow(policy, subject, now)) {
            case Decision.Allow _ -> new Visibility.Visible();
            case Decision.Deny _ -> new Visibility.Hidden();
            case Decision.NeedsScope(var scopes) -> new Visibility.NeedsScope(scopes);
        };
    }

    /** Whether a read would be allowed. */
    static boolean isReadable(@Nullable ResourceRoute route, Policy policy, Subject subject, Instant now) {
        return of(route, policy, subject, now) instanceof Visibility.Visible;
    }

    /** The proof that a read is allowed, if it is. */
    static Optional<Permit> permit(ResourceRoute route, Policy policy, Subject subject, Instant now) {
        return route.decide(policy, subject, CheckedArguments.none(), now) instanceof Decision.Allow(Permit permit)
                ? Optional.of(permit)
                : Optional.empty();
    }
}
