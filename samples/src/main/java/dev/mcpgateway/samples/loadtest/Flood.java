package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * Somebody without a credential, at one or more addresses of his own: sends tokens that are good in everything but their
 * signature, each another, at a steady rate over a few connections or one per address.
 */
final class Flood implements AutoCloseable {
    private static final int CONNECTIONS_MIN = 16;
    private static final int ES256_SIGNATURE_BYTES = 64;
    private static final String BODY = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":{"
            + "\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}";

    private final int port;
    private final String head;
    private final String payload;
    private final long pauseNanos;
    private final long startedNanos = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<Integer, LongAdder> answers = new ConcurrentSkipListMap<>();
    private volatile boolean isOver;

    /**
     * Begins.
     *
     * @param from addresses of this machine
     * @param good a good token, which is imitated
     * @param perSecond how many tokens a second in all
     */
    Flood(int port, List<InetAddress> from, String good, int perSecond) {
        this.port = port;
        int connections = Math.max(CONNECTIONS_MIN, from.size());
        String[] parts = good.split("\\.", -1);
        this.head = parts[0];
        this.payload = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        this.pauseNanos = 1_000_000_000L * connections / perSecond;
        for (int i = 0; i < connections; i++) {
            InetAddress source = from.get(i % from.size());
            threads.add(Thread.ofPlatform().daemon().start(() -> send(source)));
        }
    }

    private void send(InetAddress from) {
        RandomGenerator random = RandomGenerator.getDefault();
        long next = startedNanos + random.nextLong(pauseNanos);
        while (!isOver) {
            try (RawHttp http = new RawHttp(port, from)) {
                while (!isOver) {
                    long wait = next - System.nanoTime();
                    if (wait > 0) {
                        Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
                    }
                    next += pauseNanos;
                    int status = http.exchange("/mcp", headers(random), BODY).status();
                    answers.computeIfAbsent(status, _ -> new LongAdder()).increment();
                }
            } catch (IOException closed) {
                // it may cut us off; we come back
                answers.computeIfAbsent(0, _ -> new LongAdder()).increment();
            } catch (InterruptedException over) {
                return;
            }
        }
    }

    private Map<String, String> headers(RandomGenerator random) {
        Map<String, String> headers = LoadTest.headers("", bad(random));
        headers.put("Mcp-Method", "tools/list");
        headers.remove("Mcp-Name");
        return headers;
    }

    private String bad(RandomGenerator random) {
        byte[] signature = new byte[ES256_SIGNATURE_BYTES];
        random.nextBytes(signature);
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String other = payload.replaceFirst("\"jti\":\"[^\"]*\"", "\"jti\":\"" + random.nextLong() + "\"");
        return head
                + '.'
                + base64.encodeToString(other.getBytes(StandardCharsets.UTF_8))
                + '.'
                + base64.encodeToString(signature);
    }

    /** How many a second were answered so far. */
    double perSecond() {
        long all = answers.values().stream().mapToLong(LongAdder::sum).sum();
        return all / ((System.nanoTime() - startedNanos) / 1e9);
    }

    /** Answers by status; 0 stands for a connection that was cut. */
    Map<Integer, Long> answers() {
        Map<Integer, Long> sums = new ConcurrentSkipListMap<>();
        answers.forEach((status, count) -> sums.put(status, count.sum()));
        return sums;
    }

    @Override
    public void close() throws IOException {
        isOver = true;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join(5_000);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}
