package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.mcp.ResourceWatch;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.policy.FeatureName;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The resources that upstreams watch for agents: one watch of each resource for each principal, however many listen. */
final class ResourceWatches {
    private final Upstreams upstreams;
    private final Map<Key, Shared> shared = new ConcurrentHashMap<>();

    ResourceWatches(Upstreams upstreams) {
        this.upstreams = upstreams;
    }

    /** Never shared between two principals: the upstream may tell them apart. */
    private record Key(FeatureName resource, String principal) {}

    /** One watch and who hears of it. Its monitor is held while the upstream is asked. */
    private static final class Shared {
        private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
        private @Nullable ResourceWatch watch;
        private boolean over;

        private void tell() {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Hears of changes of a resource that the caller may read. Blocks until the upstream has agreed.
     *
     * @param listener must not block; told by nobody after the watch was closed, but for what was under way
     * @throws UpstreamFault if the upstream does not agree
     * @throws SecretUnavailable if there is no credential for it
     */
    ResourceWatch watch(FeatureName resource, String principal, Runnable listener)
            throws UpstreamFault, SecretUnavailable {
        Key key = new Key(resource, principal);
        while (true) {
            Shared one = shared.computeIfAbsent(key, _ -> new Shared());
            synchronized (one) {
                if (one.over) {
                    continue;
                }
                one.listeners.add(listener);
                try {
                    if (one.watch == null) {
                        one.watch = upstreams.watch(resource.alias(), resource.own(), principal, one::tell);
                    }
                    return () -> release(key, one, listener);
                } finally {
                    if (one.watch == null) {
                        one.listeners.remove(listener);
                        over(key, one);
                    }
                }
            }
        }
    }

    private void release(Key key, Shared one, Runnable listener) {
        synchronized (one) {
            if (one.listeners.remove(listener) && one.listeners.isEmpty() && one.watch != null) {
                one.watch.close();
                over(key, one);
            }
        }
    }

    private void over(Key key, Shared one) {
        one.over = true;
        shared.remove(key, one);
    }

    /** Number of watches at upstreams. */
    int size() {
        return shared.size();
    }
}
