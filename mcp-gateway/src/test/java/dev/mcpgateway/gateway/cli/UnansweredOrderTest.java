package dev.mcpgateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An order that the gateway goes on with though its answer does not come is not told as one that was not carried out. */
class UnansweredOrderTest {
    private static final String[] ERASE = {"models", "content", "erase", "--tenant", "acme", "--reason", "r"};
    private static final String[] ROTATE = {"credentials", "rotate", "--all", "--reason", "r"};
    private static final String PERHAPS = "may have done it, or be at it still";

    @TempDir
    Path folder;

    private Path token = Path.of("ops.token");

    private record Ran(int code, String err) {}

    @BeforeEach
    void operator() throws Exception {
        token = Files.createFile(
                folder.resolve("ops.token"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token, "secret\n");
    }

    private Ran run(String admin, String... command) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                Stream.concat(Stream.of(command), Stream.of("--admin", admin, "--token-file", token.toString()))
                        .toArray(String[]::new),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, err.toString(StandardCharsets.UTF_8));
    }

    private Ran at(HttpHandler handler, String... command) throws Exception {
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/", handler);
        gateway.start();
        try {
            return run("http://127.0.0.1:" + gateway.getAddress().getPort(), command);
        } finally {
            gateway.stop(0);
        }
    }

    @Test
    void whereTheAnswerIsLostTheLogIsSaidToTell() throws Exception {
        Ran erase = at(HttpExchange::close, ERASE);
        Ran rotate = at(HttpExchange::close, ROTATE);

        assertThat(erase.code()).isEqualTo(ExitCode.FAILED);
        assertThat(erase.err()).contains(PERHAPS, "audit query LOG --event admin.content.erased");
        assertThat(rotate.code()).isEqualTo(ExitCode.FAILED);
        assertThat(rotate.err()).contains(PERHAPS, "audit query LOG --event admin.credentials.rotate");
    }

    @Test
    void aTokenThatNoHeaderMayCarryIsToldBeforeAnythingIsAsked() throws Exception {
        Files.writeString(token, "\uFEFFsecret\n");

        Ran erase = run("http://127.0.0.1:1", ERASE);

        assertThat(erase.code()).isEqualTo(ExitCode.FAILED);
        assertThat(erase.err())
                .contains("secret file " + token + " begins with a byte order mark")
                .doesNotContain(PERHAPS);
    }

    @Test
    void whatWasRefusedOrNeverAskedIsNotDone() throws Exception {
        Ran refused = at(
                exchange -> {
                    exchange.sendResponseHeaders(503, -1);
                    exchange.close();
                },
                ERASE);
        Ran gone = run("http://127.0.0.1:1", ERASE);

        assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err()).contains("refused (503)").doesNotContain(PERHAPS);
        assertThat(gone.code()).isEqualTo(ExitCode.FAILED);
        assertThat(gone.err()).contains("does not answer").doesNotContain(PERHAPS);
    }
}
