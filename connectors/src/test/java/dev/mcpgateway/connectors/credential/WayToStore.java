package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The way to the fake of a store of secrets, and time that passes when a test says so. */
final class WayToStore implements AutoCloseable {
    static final Duration FRESH = Duration.ofMinutes(1);
    static final Duration KEPT = Duration.ofMinutes(10);

    private final AtomicLong ahead = new AtomicLong();
    private final TimeSource time = new TimeSource(InstantSource.system(), () -> System.nanoTime() + ahead.get());
    private final DeadlineSweeper sweeper = new DeadlineSweeper(time);
    private final HttpTransport transport;

    WayToStore(URI store) {
        this.transport = HttpTransport.open(
                HttpSettings.of(HttpOrigin.of(store), HttpSettings.Client.STANDARD),
                OutboundGuard.forTarget(store, List.of()),
                sweeper);
    }

    HttpTransport transport() {
        return transport;
    }

    TimeSource time() {
        return time;
    }

    void pass(int seconds) {
        ahead.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    @Override
    public void close() {
        transport.close();
        sweeper.close();
    }
}
