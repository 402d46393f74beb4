package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.mcp.ResourceWatch;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The resources that upstreams watch for agents: one watch of each resource for each principal, however many listen. */
final class ResourceWatches {
    /** Most resources that are watched for one principal, so that nobody uses up what an upstream watches for all. */
    static final int PER_PRINCIPAL_MAX = 128;

    private final Upstreams upstreams;
    private final Map<Key, Shared> shared = new ConcurrentHashMap<>();
    private final Places places = new Places(Integer.MAX_VALUE, PER_PRINCIPAL_MAX);

    ResourceWatches(Upstreams upstreams) {
        this.upstreams = upstreams;
    }

    /** Never shared between two principals: the upstream may tell them apart. */
    private record Key(FeatureName resource, String principal) {}

    /** One watch and who hears of it. Its lock is held while the upstream is asked. */
    private static final class Shared {
        private final ReentrantLock lock = new ReentrantLock();
        private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
        private @Nullable ResourceWatch watch;
        private boolean over;

        private void tell() {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Hears of changes of a resource that the caller may read. Blocks until the upstream has agreed; an interrupt ends the
     * wait, with the thread's interrupt status set.
     *
     * @param permit the proof that the caller may read it
     * @param ticket the proof that this is recorded
     * @param request who asks, and so in whose name
     * @param listener must not block; told by nobody after the watch was closed, but for what was under way
     * @throws UpstreamFault if the upstream does not agree
     * @throws CredentialUnavailable if there is no credential for it
     * @throws Refused if too much is watched for this principal
     */
    ResourceWatch watch(Permit permit, AuditTicket ticket, AgentRequest request, Runnable listener)
            throws UpstreamFault, CredentialUnavailable {
        Key key = new Key(permit.feature(), request.caller().key());
        while (true) {
            Shared one = shared.computeIfAbsent(key, _ -> new Shared());
            lock(one);
            try {
                if (!one.over) {
                    return watch(key, one, permit, ticket, request, listener);
                }
            } finally {
                one.lock.unlock();
            }
        }
    }

    private static void lock(Shared one) throws UpstreamFault {
        try {
            one.lock.lockInterruptibly();
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new UpstreamFault(new UpstreamReply.Cancelled());
        }
    }

    /** Inside the lock. */
    private ResourceWatch watch(
            Key key, Shared one, Permit permit, AuditTicket ticket, AgentRequest request, Runnable listener)
            throws UpstreamFault, CredentialUnavailable {
        one.listeners.add(listener);
        try {
            if (one.watch == null) {
                one.watch = begin(key, one, permit, ticket, request);
            }
            return () -> release(key, one, listener);
        } finally {
            if (one.watch == null) {
                one.listeners.remove(listener);
                over(key, one);
            }
        }
    }

    private ResourceWatch begin(Key key, Shared one, Permit permit, AuditTicket ticket, AgentRequest request)
            throws UpstreamFault, CredentialUnavailable {
        if (!places.take(key.principal())) {
            throw new Refused(Reason.TOO_MANY_SUBSCRIPTIONS);
        }
        boolean begun = false;
        try {
            ResourceWatch watch = upstreams.watch(permit, ticket, request, one::tell);
            begun = true;
            return watch;
        } finally {
            if (!begun) {
                places.give(key.principal());
            }
        }
    }

    private void release(Key key, Shared one, Runnable listener) {
        one.lock.lock();
        try {
            if (one.listeners.remove(listener) && one.listeners.isEmpty() && one.watch != null) {
                one.watch.close();
                places.give(key.principal());
                over(key, one);
            }
        } finally {
            one.lock.unlock();
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
