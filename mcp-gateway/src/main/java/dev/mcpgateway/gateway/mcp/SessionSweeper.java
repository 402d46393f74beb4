package dev.mcpgateway.gateway.mcp;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends idle sessions also while nobody asks for anything, so that what is watched for them ends, too. */
final class SessionSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SessionSweeper.class);
    private static final long INTERVAL_MILLIS = 1000;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("session-sweeper").daemon().factory());

    SessionSweeper(Sessions sessions) {
        var _ = timer.scheduleWithFixedDelay(
                () -> sweep(sessions), INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void sweep(Sessions sessions) {
        try {
            sessions.endIdle();
        } catch (RuntimeException | Error failure) {
            // what is thrown from here would end the timer
            LOG.error("idle sessions could not be ended", failure);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
