package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An HTTP API with a description is an upstream like any other: checked, decided, recorded, screened, in every era. */
class HttpApiTest {
    private static final String DESCRIPTION = """
            openapi: 3.0.3
            info: {title: pets, version: 1.0.0}
            servers: [{url: 'https://not-this-one.example'}]
            paths:
              /pets/{id}:
                get:
                  operationId: getPet
                  summary: One pet
                  parameters:
                    - {name: id, in: path, required: true, schema: {type: string, maxLength: 20}}
                    - {name: tags, in: query, schema: {type: array, items: {type: string}}}
                  responses:
                    '200': {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
                delete: {operationId: dropPet, parameters: [{name: id, in: path, required: true, schema: {type: string}}]}
            components:
              schemas:
                Pet: {type: object, required: [name], properties: {name: {type: string, nullable: true}}}
            """;

    @TempDir
    static Path folder;

    private static final Queue<RawRequest> REQUESTS = new ConcurrentLinkedQueue<>();
    private static RawServer api;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        api = RawServer.start(connection -> {
            for (Optional<RawRequest> request = connection.readRequest();
                    request.isPresent();
                    request = connection.readRequest()) {
                REQUESTS.add(request.get());
                if (request.get().target().contains("none")) {
                    connection.answer(404, "application/json", "{\"error\":\"no such pet\"}");
                } else {
                    connection.answer(200, "application/json", "{\"name\":\"Rex\",\"weight\":12345678901234567890.10}");
                }
            }
        });
        Files.writeString(folder.resolve("api.yaml"), DESCRIPTION);
        Path key = Files.writeString(folder.resolve("api.key"), "hush");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        gateway = TestGateway.in(folder)
                .upstream(
                        "crm",
                        "{transport: openapi, openapi: {file: api.yaml, exclude: ['DELETE *'], server: \"http://127.0.0.1:"
                                + api.port()
                                + "/v1\"}, credential: {static: {header: X-Key, secret: {file: api.key}}}}")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        api.close();
        assertThat(api.failures()).isEmpty();
    }

    @BeforeEach
    void forget() {
        REQUESTS.clear();
        gateway.skipRecords();
    }

    @Test
    void operationsAreListedAsTools() {
        WireAnswer answer = gateway.agent().list();

        assertThat(answer.json().at("/result/tools")).hasSize(1);
        assertThat(answer.at("/result/tools/0/name")).isEqualTo("crm__getPet");
        assertThat(answer.at("/result/tools/0/inputSchema/properties/id/maxLength"))
                .isEqualTo("20");
        assertThat(answer.at("/result/tools/0/outputSchema/properties/name/type/1"))
                .isEqualTo("null");
        assertThat(answer.at("/result/tools/0/annotations/readOnlyHint")).isEqualTo("true");
        assertThat(REQUESTS).isEmpty();
    }

    @Test
    void aCallOfEitherEraIsOneRequestWithTheUpstreamsCredential() {
        for (TestAgent agent : new TestAgent[] {gateway.agent(), gateway.agent().initialize("2025-11-25")}) {
            WireAnswer answer = agent.call("crm__getPet", "{\"id\":\"a&b\",\"tags\":[\"x=1\",\"y\"]}");

            assertThat(answer.text())
                    .contains("\"structuredContent\":{\"name\":\"Rex\",\"weight\":12345678901234567890.10}");
            assertThat(answer.firstText()).isEqualTo("{\"name\":\"Rex\",\"weight\":12345678901234567890.10}");
            RawRequest request = REQUESTS.remove();
            assertThat(request.line()).isEqualTo("GET /v1/pets/a%26b?tags=x%3D1&tags=y HTTP/1.1");
            assertThat(request.header("X-Key")).contains("hush");
            assertThat(request.header("Authorization")).isEmpty();
            assertThat(request.toString()).doesNotContain(agent.token());
        }
    }

    @Test
    void anErrorOfTheApiIsAnErrorOfTheTool() {
        WireAnswer answer = gateway.agent().call("crm__getPet", "{\"id\":\"none\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/result/isError")).isEqualTo("true");
        assertThat(answer.firstText()).isEqualTo("HTTP 404\n{\"error\":\"no such pet\"}");
    }

    @Test
    void argumentsAreCheckedAndKeptInTheirPlaceBeforeAnythingIsSent() {
        WireAnswer tooLong = gateway.agent().call("crm__getPet", "{\"id\":\"" + "x".repeat(21) + "\"}");
        WireAnswer unknown = gateway.agent().call("crm__getPet", "{\"id\":\"1\",\"admin\":true}");
        WireAnswer traversal = gateway.agent().call("crm__getPet", "{\"id\":\"../admin\"}");

        assertThat(tooLong.refusalCode()).isEqualTo(unknown.refusalCode()).isNotEmpty();
        assertThat(traversal.at("/result/isError")).isEqualTo("true");
        assertThat(traversal.firstText()).startsWith("Not sent: argument 'id'");
        assertThat(REQUESTS).isEmpty();
    }

    @Test
    void anExcludedOperationIsNoTool() {
        gateway.agent().call("crm__dropPet", "{\"id\":\"1\"}");

        assertThat(REQUESTS).isEmpty();
    }

    @Test
    void callsAreRecorded() {
        gateway.agent().call("crm__getPet", "{\"id\":\"1\"}");

        assertThat(gateway.newSummaries(2)).anyMatch(summary -> summary.contains("crm__getPet"));
    }
}
