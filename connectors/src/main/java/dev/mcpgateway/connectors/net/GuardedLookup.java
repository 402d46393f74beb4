package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Name resolution under a deadline. The JDK's resolver can neither be interrupted nor given a time-out, so it runs in a
 * thread of its own that a caller may leave behind; the pool's limit bounds how many there are.
 */
record GuardedLookup(OutboundGuard guard, TimeSource time) {

    List<InetAddress> resolve(String host, Deadline deadline) throws HttpFault {
        FutureTask<List<InetAddress>> task = new FutureTask<>(() -> guard.resolve(host));
        Thread.ofVirtual().name("name-lookup").start(task);
        try {
            return task.get(deadline.remainingNanos(time), TimeUnit.NANOSECONDS);
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof HttpFault fault) {
                throw fault;
            }
            throw new IllegalStateException("name resolution failed", refused.getCause());
        } catch (TimeoutException slow) {
            throw new HttpFault(Kind.NOT_CONNECTED, false, "name resolution took too long", slow);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new HttpFault(Kind.CANCELLED, false, "cancelled", null);
        }
    }
}
