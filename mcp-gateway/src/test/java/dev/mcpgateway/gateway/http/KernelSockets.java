package dev.mcpgateway.gateway.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The ends of connections to a port on this machine, as its kernel sees them. */
final class KernelSockets {
    /** Java's sockets of IPv4 addresses are in either. */
    private static final List<Path> TABLES = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    private static final String ESTABLISHED = "01";

    private KernelSockets() {}

    /** Number of a port's own ends that are established. */
    static int established(int port) {
        return (int) ends(port).stream()
                .filter(column -> column[3].equals(ESTABLISHED))
                .count();
    }

    /** Whether a port's process has read everything that this peer sent. */
    static boolean isRead(int port, int peerPort) {
        String peer = ":%04X".formatted(peerPort);
        return ends(port).stream().anyMatch(column -> column[2].endsWith(peer) && column[4].endsWith(":00000000"));
    }

    private static List<String[]> ends(int port) {
        assumeTrue(TABLES.stream().allMatch(Files::exists), "only Linux tells");
        String own = ":%04X".formatted(port);
        return TABLES.stream()
                .flatMap(KernelSockets::lines)
                .map(line -> line.strip().split("\\s+", -1))
                .filter(column -> column.length > 4 && column[1].endsWith(own))
                .toList();
    }

    private static Stream<String> lines(Path table) {
        try {
            return Files.readAllLines(table).stream();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
