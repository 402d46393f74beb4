package dev.mcpgateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.mcpgateway.gateway.evidence.Grid.Form;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code usage} and {@code prices} on the command line. */
class UsageCommandTest {
    private static final String ROW = "  - {provider: acme, model: m, effective_from: \"2020-01-01\","
            + " per_million_tokens: {input: \"IN\", output: \"15\"}}\n";

    @TempDir
    Path folder;

    private record Ran(int code, String out, String err) {}

    private static Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private String prices(String name, String rows) throws Exception {
        return Files.writeString(folder.resolve(name), "version: 1\nprices:\n" + rows)
                .toString();
    }

    @Test
    void aFileOfPricesIsShownAsItWillBeUsed() throws Exception {
        Ran good = run("prices", "check", prices("p.yaml", ROW.replace("IN", "0.0125")));
        Ran bad = run("prices", "check", prices("q.yaml", ROW.replace("IN", "1,5")));

        assertThat(good.code()).isZero();
        assertThat(good.out())
                .contains("acme m from 2020-01-01  input 0.0125, cache read 0.0125, write 0.0125, write 1h 0.0125,"
                        + " output 15, reasoning 15");
        assertThat(bad.code()).isEqualTo(ExitCode.PROBLEMS);
        assertThat(bad.err()).contains("'1,5' is no price", "1 problem");
    }

    @Test
    void pricesOfToolsSoundsAndPicturesAreShownWithWhatTheyAreFor() throws Exception {
        Ran good = run("prices", "check", prices("p.yaml", """
                  - provider: acme
                    model: m
                    effective_from: "2020-01-01"
                    per_million_tokens: {input: "1", output: "2", audio_input: "8", image_output: "30"}
                    tools: {web_search: "0.01"}
                    tools_per_call: {code_interpreter: "0.03"}
                """));

        assertThat(good.out())
                .contains("reasoning 2, audio input 8, audio cache read 8, image output 30; tool web_search 0.01;"
                        + " tool code_interpreter once a call 0.03");
    }

    @Test
    void whatDiffersBetweenTwoFilesIsShownAndNothingElse() throws Exception {
        String same = ROW.replace("model: m", "model: same").replace("IN", "1");
        Ran ran = run(
                "prices",
                "diff",
                prices("p.yaml", same + ROW.replace("IN", "3")),
                prices(
                        "q.yaml",
                        same
                                + ROW.replace("IN", "2")
                                + ROW.replace("model: m", "model: n").replace("IN", "1")));

        assertThat(ran.code()).isZero();
        assertThat(ran.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("- acme m from 2020-01-01  input 3, "),
                        line -> assertThat(line).startsWith("+ acme m from 2020-01-01  input 2, "),
                        line -> assertThat(line).startsWith("+ acme n from 2020-01-01  input 1, "),
                        line -> assertThat(line).isEqualTo("2 rows differ"));
    }

    @Test
    void usageIsShownInThreeForms() throws Exception {
        Path token = Files.createFile(
                folder.resolve("ops.token"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token, "secret\n");
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/usage", exchange -> {
            byte[] body = (exchange.getRequestURI().getQuery().equals("by=user&from=2026-11-01")
                            ? "{\"usage\":[{\"value\":\"=corp/a,b\",\"calls\":2,\"tool_uses\":3,\"cost_usd\":\"-0.5\"}]}"
                            : "{}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        gateway.start();
        try {
            String url = "http://127.0.0.1:" + gateway.getAddress().getPort();
            Map<Form, String> forms = new EnumMap<>(Form.class);
            for (Form format : Form.values()) {
                Ran ran = run(
                        "usage",
                        "--by",
                        "user",
                        "--from",
                        "2026-11-01",
                        "--format",
                        format.name().toLowerCase(Locale.ROOT),
                        "--admin",
                        url,
                        "--token-file",
                        token.toString());
                assertThat(ran.code()).as(ran.err()).isZero();
                forms.put(format, ran.out());
            }
            assertThat(forms.get(Form.TABLE).lines().toList().get(1)).matches("=corp/a,b +2 .*0\\.5.*");
            assertThat(forms.get(Form.JSON)).startsWith("[{\"value\":\"=corp/a,b\"");
            assertThat(forms.get(Form.CSV).lines().toList())
                    .element(1)
                    .isEqualTo("\"'=corp/a,b\",\"2\"" + ",\"\"".repeat(7) + ",\"3\",\"-0.5\",\"\",\"\"");
        } finally {
            gateway.stop(0);
        }
    }

    @Test
    void asManyUsersAsTheGatewayToldOfAreShown() throws Exception {
        String row =
                "{\"value\":\"https-idp/00000000-0000-4000-8000-%012d\",\"calls\":123456,\"input_tokens\":1234567890,"
                        + "\"cache_read_tokens\":1234567890,\"cache_write_tokens\":1234567890,\"output_tokens\":1234567890,"
                        + "\"reasoning_tokens\":1234567890,\"audio_tokens\":0,\"image_tokens\":0,\"tool_uses\":0,"
                        + "\"cost_usd\":\"12345.678901234\",\"estimated_calls\":0,\"unpriced_calls\":0}";
        byte[] body = IntStream.range(0, 100_000)
                .mapToObj(row::formatted)
                .collect(Collectors.joining(",", "{\"usage\":[", "]}\n"))
                .getBytes(StandardCharsets.UTF_8);

        Ran ran = usage(exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });

        assertThat(body.length).isGreaterThan(3 * (8 << 20));
        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out().lines()).hasSize(100_001);
    }

    @Test
    void anAnswerThatIsTooLongIsSaidToBeAndWhatToAskFor() throws Exception {
        Ran ran = usage(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int each = 0; each < 65; each++) {
                exchange.getResponseBody().write(new byte[1 << 20]);
            }
            exchange.close();
        });

        assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.err())
                .contains(
                        "answers with more than the 64 MiB that are read: ask for a shorter time (--from, --to), or by")
                .doesNotContain("does not answer");
    }

    /** Runs {@code usage --by user} at a gateway that answers so. */
    private Ran usage(HttpHandler answer) throws Exception {
        Path token = Files.createFile(
                folder.resolve("ops.token"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(token, "secret\n");
        HttpServer gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/usage", answer);
        gateway.start();
        try {
            String url = "http://127.0.0.1:" + gateway.getAddress().getPort();
            return run("usage", "--by", "user", "--format", "csv", "--admin", url, "--token-file", token.toString());
        } finally {
            gateway.stop(0);
        }
    }

    @Test
    void whatUsageIsNotShownByIsWrongUsage() {
        assertThat(run("usage", "--by", "nothing", "--admin", "http://127.0.0.1:1", "--token-file", "x")
                        .code())
                .isEqualTo(2);
    }
}
