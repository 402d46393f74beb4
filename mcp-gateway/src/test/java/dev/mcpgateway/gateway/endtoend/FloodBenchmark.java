package dev.mcpgateway.gateway.endtoend;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the calls of four agents, alone and during a flood of unique badly signed ES256 tokens from other addresses. Run by
 * hand: {@code FloodBenchmark [SECONDS] [TOKENS_A_SECOND] [ADDRESSES]}. Flood, agents, gateway and server share the machine.
 */
final class FloodBenchmark {
    private static final int AGENTS = 4;

    private FloodBenchmark() {}

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        int rate = args.length > 1 ? Integer.parseInt(args[1]) : 300;
        int addresses = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        Path folder = Files.createTempDirectory("flood");
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
                TestGateway gateway = TestGateway.in(folder)
                        .upstream("crm", crm)
                        .limits("{calls_per_minute: 100000000}")
                        .start()) {
            calls(gateway, seconds);
            for (int round = 0; round < 3; round++) {
                int alone = calls(gateway, seconds);
                AtomicBoolean over = new AtomicBoolean();
                Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
                for (int i = 0; i < addresses; i++) {
                    String address = "127.0.0." + (100 + i);
                    int number = i;
                    Thread.ofVirtual().start(() -> flood(gateway, address, number, rate / addresses, over, statuses));
                }
                int flooded = calls(gateway, seconds);
                over.set(true);
                System.out.printf(
                        "alone %d calls/s, flooded with %d tokens/s from %d addresses %d calls/s: %.0f %%; flood got %s%n",
                        alone / seconds,
                        rate,
                        addresses,
                        flooded / seconds,
                        100.0 * flooded / alone,
                        new TreeMap<>(statuses));
                gateway.clock().advance(java.time.Duration.ofMinutes(1));
            }
        }
        System.exit(0);
    }

    private static int calls(TestGateway gateway, int seconds) throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        Thread[] agents = new Thread[AGENTS];
        for (int i = 0; i < AGENTS; i++) {
            WireRequest request = gateway.agent("agent-" + i).calling("crm__echo", "{}");
            agents[i] = Thread.ofVirtual().start(() -> {
                try (WireClient client = gateway.connect()) {
                    while (System.nanoTime() < end) {
                        if (client.exchange(request).status() == 200) {
                            calls.incrementAndGet();
                        }
                    }
                } catch (IOException failed) {
                    System.err.println(failed);
                }
            });
        }
        for (Thread agent : agents) {
            agent.join();
        }
        return calls.get();
    }

    private static void flood(
            TestGateway gateway,
            String address,
            int number,
            int rate,
            AtomicBoolean over,
            Map<Integer, Integer> statuses) {
        String good = gateway.token(claims -> claims.put("jti", "flood-" + number));
        String body = good.substring(0, good.lastIndexOf('.') + 1);
        WireRequest request = gateway.agent().listing();
        try (WireClient client = WireClient.from(address, gateway.port())) {
            long next = System.nanoTime();
            for (int i = 0; !over.get(); i++) {
                // 84 characters of a counter and the rest: another signature each time, and never a good one
                String signature = String.format("%080d", i + 1_000_000_000L * number) + "AAAAAA";
                int status = client.exchange(request.with("Authorization", "Bearer " + body + signature))
                        .status();
                statuses.merge(status, 1, Integer::sum);
                next += 1_000_000_000L / rate;
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (IOException failed) {
            System.err.println(failed);
        }
    }
}
