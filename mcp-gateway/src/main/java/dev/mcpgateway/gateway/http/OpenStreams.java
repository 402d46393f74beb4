package dev.mcpgateway.gateway.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The event streams of a port that are being served. */
final class OpenStreams {
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    private final long keepAliveNanos;
    private volatile boolean draining;

    OpenStreams(Duration keepAlive) {
        this.keepAliveNanos = keepAlive.toNanos();
    }

    /** Time without an event after which a comment is sent. */
    long keepAliveNanos() {
        return keepAliveNanos;
    }

    void add(EventStream stream) {
        streams.add(stream);
        // one that comes after drain() looked around is ended here
        if (draining) {
            stream.drain();
        }
    }

    void remove(EventStream stream) {
        streams.remove(stream);
        lock.lock();
        try {
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until none is left, but no longer than this. */
    void awaitNone(Duration longest) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = longest.toNanos();
            while (!streams.isEmpty() && left > 0) {
                left = fewer.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        return streams.size();
    }

    /** Ends all streams, and from now on each new one. */
    void drain() {
        draining = true;
        streams.forEach(EventStream::drain);
    }
}
