package dev.mcpgateway.connectors.mcp;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one upstream for its tools, again and again, on a thread of its own. */
final class CatalogRefresher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogRefresher.class);

    private final McpUpstream upstream;
    private final Catalog catalog;
    private final CatalogSettings settings;
    private final RandomGenerator random;
    private final Backoff backoff;
    private final Signal change = new Signal();
    private final Thread thread;

    CatalogRefresher(McpUpstream upstream, Catalog catalog, CatalogSettings settings, Surroundings surroundings) {
        this.upstream = upstream;
        this.catalog = catalog;
        this.settings = settings;
        this.random = surroundings.random();
        this.backoff = new Backoff(settings.retryFirst(), settings.retryLast(), random);
        this.thread = Thread.ofVirtual().name("catalog-" + upstream.alias()).unstarted(this::run);
    }

    String alias() {
        return upstream.alias();
    }

    void start() {
        upstream.onOfferChanged(change::raise);
        thread.start();
    }

    void wake() {
        change.raise();
    }

    private void run() {
        try {
            Duration pause = refresh();
            catalog.triedOnce();
            while (true) {
                if (change.await(pause)) {
                    // announcements within the gap are one announcement
                    new Signal().await(settings.changeGap());
                }
                pause = refresh();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks once; returns the pause until the next time. */
    private Duration refresh() throws InterruptedException {
        try {
            catalog.accept(upstream.alias(), upstream.offer());
            backoff.reset();
            long interval = settings.refreshInterval().toNanos();
            return Duration.ofNanos(interval - random.nextLong(interval / 2 + 1));
        } catch (UpstreamFault down) {
            stopIfClosed();
            catalog.failed(upstream.alias(), String.valueOf(down.getMessage()));
            return backoff.next();
        } catch (RuntimeException | Error bug) {
            stopIfClosed();
            // neither the catalogue of all nor this upstream's part of it must die of one turn
            LOG.error("the tools of upstream {} could not be refreshed", upstream.alias(), bug);
            catalog.failed(upstream.alias(), "its list could not be read: internal error, see the log");
            return backoff.next();
        }
    }

    private static void stopIfClosed() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("closed");
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
