package dev.mcpgateway.samples.servers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.samples.testing.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sample file server as a process, spoken to over its pipes. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FilesServerTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    Path root;

    @Test
    void anAgentListsReadsAndWrites() throws Exception {
        Files.writeString(root.resolve("plan.txt"), "Ship in May.");

        try (ChildProcess process = initialized()) {
            assertThat(text(call(process, 2, "list_files", "{\"path\": \"\"}"))).isEqualTo("plan.txt");
            assertThat(text(call(process, 3, "read_file", "{\"path\": \"plan.txt\"}")))
                    .isEqualTo("Ship in May.");
            assertThat(text(call(process, 4, "write_file", "{\"path\": \"new.txt\", \"text\": \"ü\"}")))
                    .isEqualTo("Wrote 'new.txt'.");
            assertThat(root.resolve("new.txt")).hasContent("ü");
        }
    }

    @Test
    void aPathOutsideIsAResultForTheModel() throws Exception {
        try (ChildProcess process = initialized()) {
            JsonNode result = call(process, 2, "read_file", "{\"path\": \"../../etc/passwd\"}");

            assertThat(result.path("isError").asBoolean()).isTrue();
            assertThat(text(result)).isEqualTo("'../../etc/passwd' is outside the shared folder.");
        }
    }

    @Test
    void argumentsBesideTheSchemaAreRefused() throws Exception {
        try (ChildProcess process = initialized()) {
            assertThat(call(process, 2, "write_file", "{\"path\": \"a.txt\"}")
                            .path("isError")
                            .asBoolean())
                    .isTrue();
            assertThat(root.resolve("a.txt")).doesNotExist();
        }
    }

    @Test
    void theProcessEndsWithItsInputAndHasWrittenOnlyMessages() throws Exception {
        try (ChildProcess process = initialized()) {
            process.endInput();

            assertThat(process.exitCode()).isZero();
            assertThat(process.remainingOutput()).isEmpty();
        }
    }

    @Test
    void aWrongCommandLineLeavesStandardOutputEmpty() throws Exception {
        try (ChildProcess without = ChildProcess.start(FilesServer.class);
                ChildProcess missing = ChildProcess.start(
                        FilesServer.class, "--root", root.resolve("missing").toString())) {
            assertThat(without.exitCode()).isEqualTo(2);
            assertThat(without.remainingOutput()).isEmpty();
            assertThat(without.standardError()).contains("--root is missing", "Usage: files");
            assertThat(missing.exitCode()).isEqualTo(1);
            assertThat(missing.standardError()).contains("there is no " + root.resolve("missing"));
        }
    }

    private ChildProcess initialized() throws IOException {
        ChildProcess process = ChildProcess.start(FilesServer.class, "--root", root.toString());
        process.writeLine(
                "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"initialize\", \"params\": {\"protocolVersion\":"
                        + " \"2025-11-25\", \"capabilities\": {}, \"clientInfo\": {\"name\": \"t\", \"version\": \"1\"}}}");
        assertThat(JSON.readTree(process.readLine())
                        .path("result")
                        .path("serverInfo")
                        .path("name")
                        .asString())
                .isEqualTo("sample-files");
        process.writeLine("{\"jsonrpc\": \"2.0\", \"method\": \"notifications/initialized\"}");
        return process;
    }

    private static JsonNode call(ChildProcess process, int id, String tool, String arguments) throws IOException {
        process.writeLine(
                "{\"jsonrpc\": \"2.0\", \"id\": " + id + ", \"method\": \"tools/call\", \"params\": {\"name\": \""
                        + tool + "\", \"arguments\": " + arguments + "}}");
        JsonNode response = JSON.readTree(process.readLine());
        assertThat(response.path("id").asInt()).isEqualTo(id);
        return response.path("result");
    }

    private static String text(JsonNode result) {
        return result.path("content").get(0).path("text").asString();
    }
}
