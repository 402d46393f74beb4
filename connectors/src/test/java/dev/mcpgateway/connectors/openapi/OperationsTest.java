package dev.mcpgateway.connectors.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations as tools: what models and agents see of a description, and what they do not. */
class OperationsTest {

    private static String op(String more) {
        return Descriptions.yaml("paths:\n  /pets:\n    get:\n      operationId: op\n" + more.indent(6));
    }

    /** The input schema of a parameter {@code p}, as the property of the tool. */
    private static String property(String text, String schema) throws DescriptionRefused {
        String definition = Descriptions.definition(text.replace("SCHEMA", schema));
        String open = "\"properties\":{\"p\":";
        String close = "},\"additionalProperties\":false";
        assertThat(definition).contains(open, close);
        return definition.substring(definition.indexOf(open) + open.length(), definition.lastIndexOf(close));
    }

    private static final String WITH_SCHEMA = op("parameters: [{name: p, in: query, schema: SCHEMA}]\n");

    @Test
    void anOperationBecomesADefinition() throws Exception {
        String definition = Descriptions.definition(Descriptions.yaml("""
                paths:
                  /pets/{id}:
                    parameters:
                      - {name: id, in: path, required: true, schema: {type: integer}, description: which one}
                      - {name: lang, in: query, schema: {type: string}}
                    put:
                      operationId: pets/replace
                      summary: Replace a pet
                      description: All of it.
                      parameters:
                        - {name: lang, in: query, required: true, schema: {type: string, enum: [en, de]}}
                      requestBody:
                        required: true
                        description: the pet
                        content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
                      responses:
                        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
                        default: {description: error}
                components:
                  schemas:
                    Pet:
                      type: object
                      required: [id, name]
                      properties:
                        id: {type: integer, readOnly: true}
                        name: {type: string}
                        secret: {type: string, writeOnly: true}
                        friends: {type: array, items: {$ref: '#/components/schemas/Pet'}}
                """));

        String input = "\"type\":\"object\",\"required\":[\"name\"],\"properties\":{\"name\":{\"type\":\"string\"},"
                + "\"secret\":{\"type\":\"string\",\"writeOnly\":true},"
                + "\"friends\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/Pet\"}}}}";
        String output =
                "\"type\":\"object\",\"required\":[\"id\",\"name\"],\"properties\":{\"id\":{\"type\":\"integer\","
                        + "\"readOnly\":true},\"name\":{\"type\":\"string\"},"
                        + "\"friends\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/Pet\"}}}";
        assertThat(definition)
                .isEqualTo("{\"name\":\"pets_replace\",\"title\":\"Replace a pet\","
                        + "\"description\":\"Replace a pet\\n\\nAll of it.\",\"inputSchema\":{\"type\":\"object\",\"properties\":{"
                        + "\"id\":{\"description\":\"which one\",\"type\":\"integer\"},"
                        + "\"lang\":{\"type\":\"string\",\"enum\":[\"en\",\"de\"]},"
                        + "\"body\":{\"description\":\"the pet\"," + input
                        + "},\"required\":[\"id\",\"lang\",\"body\"],\"additionalProperties\":false,"
                        + "\"$defs\":{\"Pet\":{" + input + "}},"
                        + "\"outputSchema\":{" + output + ",\"$defs\":{\"Pet\":{" + output + "}}},"
                        + "\"annotations\":{\"readOnlyHint\":false,\"destructiveHint\":true,\"idempotentHint\":true}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "'{type: string, nullable: true}' => '{\"type\":[\"string\",\"null\"]}'",
                "'{type: string, nullable: true, enum: [a]}' => '{\"type\":[\"string\",\"null\"],\"enum\":[\"a\",null]}'",
                "'{nullable: true, allOf: [{type: object}]}' => "
                        + "'{\"anyOf\":[{\"allOf\":[{\"type\":\"object\"}]},{\"type\":\"null\"}]}'",
                "'{minimum: 1, exclusiveMinimum: true}' => '{\"exclusiveMinimum\":1}'",
                "'{maximum: 9, exclusiveMaximum: false}' => '{\"maximum\":9}'",
                "'{example: a, xml: {}, discriminator: {propertyName: x}, externalDocs: {}, x-more: 1}' => "
                        + "'{\"examples\":[\"a\"]}'",
                "'{x-mcp-header: Authorization, type: string}' => '{\"type\":\"string\"}'",
                "'{const: 1, if: {}, type: integer}' => '{\"type\":\"integer\"}'",
                "'{multipleOf: 0.10}' => '{\"multipleOf\":0.10}'",
                "'{properties: {a: {type: string}}, additionalProperties: false}' => "
                        + "'{\"properties\":{\"a\":{\"type\":\"string\"}},\"additionalProperties\":false}'",
                "'{properties: {nullable: {type: string}, example: {}}}' => "
                        + "'{\"properties\":{\"nullable\":{\"type\":\"string\"},\"example\":{}}}'"
            })
    void schemasOfThreeZeroBecomeJsonSchema(String schema, String written) throws Exception {
        assertThat(property(WITH_SCHEMA, schema)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "'{type: [string, \"null\"]}' => '{\"type\":[\"string\",\"null\"]}'",
                "'{exclusiveMinimum: 1}' => '{\"exclusiveMinimum\":1}'",
                "'{const: 1.0, if: {type: integer}, then: true}' => '{\"const\":1.0,\"if\":{\"type\":\"integer\"},\"then\":true}'",
                "'{type: string, nullable: true}' => '{\"type\":\"string\"}'",
                "'{example: a, examples: [b]}' => '{\"examples\":[\"b\"]}'"
            })
    void schemasOfThreeOneAreJsonSchemaAlready(String schema, String written) throws Exception {
        assertThat(property(WITH_SCHEMA.replace("3.0.3", "3.1.0"), schema)).isEqualTo(written);
    }

    @Test
    void aReferenceOfThreeOneKeepsWhatStandsBesideIt() throws Exception {
        String text = WITH_SCHEMA.replace("3.0.3", "3.1.0") + "components: {schemas: {a b: {type: string}}}\n";

        assertThat(Descriptions.definition(
                        text.replace("SCHEMA", "{$ref: '#/components/schemas/a%20b', minLength: 2}")))
                .contains("{\"p\":{\"$ref\":\"#/$defs/a_20b\",\"minLength\":2}}")
                .contains("\"$defs\":{\"a_20b\":{\"type\":\"string\"}}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{$ref: 'http://127.0.0.1:1/x'}",
                "{$ref: 'file:///etc/passwd'}",
                "{$ref: '#/components/schemas/none'}",
                "{$id: 'http://x', type: string}",
                "{$dynamicRef: '#x'}",
                "{allOf: {}}",
                "{properties: []}",
                "{items: 5}",
                "text"
            })
    void aSchemaThatCannotStandAloneKeepsItsOperationOut(String schema) throws Exception {
        String text = op("parameters: [{name: p, in: query, required: true, schema: SCHEMA}]\n");
        Operations.Tools tools =
                Descriptions.tools(text.replace("SCHEMA", schema) + "  /fine: {get: {operationId: fine}}\n");

        assertThat(tools.operations()).containsOnlyKeys("fine");
        assertThat(tools.problems()).singleElement().asString().startsWith("GET /pets was left out: ");
    }

    @Test
    void referencesWithoutEndStayFinite() throws Exception {
        String text = WITH_SCHEMA.replace("SCHEMA", "{$ref: '#/components/schemas/A'}")
                + "components: {schemas: {A: {properties: {b: {$ref: '#/components/schemas/B'}}},"
                + " B: {properties: {a: {$ref: '#/components/schemas/A'}}}}}\n";

        assertThat(Descriptions.definition(text))
                .contains("{\"p\":{\"properties\":{\"b\":{\"$ref\":\"#/$defs/B\"}}}}")
                .contains("\"B\":{\"properties\":{\"a\":{\"$ref\":\"#/$defs/A\"}}}");
    }

    @Test
    void aSchemaBeyondTheBoundKeepsItsOperationOut() throws Exception {
        StringBuilder wide = new StringBuilder("{properties: {");
        for (int i = 0; i < 6_000; i++) {
            wide.append("property").append(i).append(": {type: string}, ");
        }
        Operations.Tools tools = Descriptions.tools(
                WITH_SCHEMA.replace("SCHEMA", wide.append("}}").toString()));

        assertThat(tools.operations()).isEmpty();
        assertThat(tools.problems()).singleElement().asString().contains("more than " + Operations.INPUT_BYTES_MAX);
    }

    @Test
    void aSchemaNestedTooDeepKeepsItsOperationOut() throws Exception {
        String deep = "{not: ".repeat(60) + "{}" + "}".repeat(60);

        assertThat(Descriptions.tools(WITH_SCHEMA.replace("SCHEMA", deep)).problems())
                .singleElement()
                .asString()
                .contains("deeper");
    }

    @ParameterizedTest
    @CsvSource({
        "{type: object}, true",
        "'{type: object, nullable: true}', false",
        "'{type: array, items: {}}', false",
        "{type: string}, false",
        "{properties: {a: {}}}, true",
        "'{allOf: [{}, {$ref: \"#/components/schemas/O\"}]}', true",
        "'{oneOf: [{type: object}]}', false",
        "{$ref: '#/components/schemas/O'}, true",
        "{$ref: '#/components/schemas/None'}, false"
    })
    void anOutputSchemaIsPromisedForObjectsOnly(String schema, boolean promised) throws Exception {
        Operations.Tools tools = Descriptions.tools(op("responses: {'200': {content: {application/json: {schema: "
                        + schema + "}}}, '404': {content: {application/json: {schema: {type: object}}}}}\n")
                + "components: {schemas: {O: {type: object}}}\n");

        assertThat(Descriptions.op(tools).structured()).isEqualTo(promised);
        String definition = new String(tools.definitions().getFirst().rawBytes(), StandardCharsets.UTF_8);
        assertThat(definition.contains("\"outputSchema\":{\"type\":\"object\"")).isEqualTo(promised);
    }

    @Test
    void twoKindsOfSuccessPromiseNothing() throws Exception {
        assertThat(Descriptions.op(Descriptions.tools(
                                op("responses: {'200': {content: {application/json: {schema: {type: object}}}},"
                                        + " '204': {description: none}}\n")))
                        .structured())
                .isFalse();
    }

    @Test
    void outputSchemasCanBeTurnedOff() throws Exception {
        Description description =
                Descriptions.read(op("responses: {'200': {content: {application/json: {schema: {type: object}}}}}\n"));

        assertThat(Descriptions.op(Operations.read(
                                description, new Selection(List.of(), List.of(), true), false, Set.of()))
                        .structured())
                .isFalse();
    }

    @Test
    void namesAreMadeOfIdsElseOfPaths() throws Exception {
        Operations.Tools tools = Descriptions.tools(Descriptions.yaml("""
                paths:
                  /a/{b}-c: {get: {parameters: [{name: b, in: path, required: true, schema: {}}]}}
                  /: {post: {}}
                  /x: {get: {operationId: 'repos/list things'}}
                  /y: {get: {operationId: repos_list_things}}
                  /z: {get: {operationId: %s}}
                """.formatted("n".repeat(100))));

        assertThat(tools.operations().keySet())
                .contains("get_a_b_c", "post", "repos_list_things")
                .anyMatch(name -> name.matches("n{55}_[0-9a-f]{8}"))
                .hasSize(4);
        assertThat(tools.problems())
                .containsExactly("GET /y was left out: another operation has its name repos_list_things");
    }

    @Test
    void parametersOfOneNameAreToldApartByTheirPlace() throws Exception {
        String definition = Descriptions.definition(Descriptions.yaml("""
                paths:
                  /pets/{id}:
                    post:
                      operationId: op
                      parameters:
                        - {name: id, in: path, required: true, schema: {type: string}}
                        - {name: id, in: query, schema: {type: string}}
                        - {name: body, in: query, schema: {type: string}}
                      requestBody: {content: {application/json: {schema: {type: string}}}}
                """));

        assertThat(definition).contains("\"id_path\":", "\"id_query\":", "\"body_query\":", "\"body\":");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "accept",
                "Content-Type",
                "Content-Length",
                "Cookie",
                "Host",
                "Connection",
                "Transfer-Encoding",
                "TE",
                "Forwarded",
                "X-Forwarded-For",
                "X-Real-IP",
                "X-User-Id",
                "X-Original-URL",
                "X-HTTP-Method-Override",
                "Proxy-Authorization",
                "Mcp-Session-Id",
                "traceparent",
                "X-Api-Key",
                "X-Auth-Token",
                "My-Key",
                "Configured"
            })
    void headersOfIdentityRouteAndFramingAreNotOffered(String name) throws Exception {
        Description description = Descriptions.read(
                op("parameters: [{name: '" + name + "', in: header, required: true, schema: {type: string}}]\n")
                        + "components: {securitySchemes: {k: {type: apiKey, in: header, name: my-key}}}\n");
        Operations.Tools tools =
                Operations.read(description, new Selection(List.of(), List.of(), true), true, Set.of("configured"));

        assertThat(Descriptions.op(tools).parameters()).isEmpty();
        assertThat(tools.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"query, key, false", "query, Key, true", "cookie, chip, false", "query, chip, true"})
    void whatTheDescriptionCallsAKeyIsNotOffered(String place, String name, boolean offered) throws Exception {
        Operations.Tools tools =
                Descriptions.tools(op("parameters: [{name: " + name + ", in: " + place + ", schema: {}}]\n")
                        + "components: {securitySchemes: {a: {type: apiKey, in: query, name: key},"
                        + " b: {type: apiKey, in: cookie, name: chip}}}\n");

        assertThat(Descriptions.op(tools).parameters()).hasSize(offered ? 1 : 0);
    }

    @Test
    void headersThatDifferByCaseAreOne() throws Exception {
        Operations.Tools tools = Descriptions.tools(
                op("parameters: [{name: X-A, in: header, schema: {}}, {name: x-a, in: header, schema: {}}]\n"));

        assertThat(Descriptions.op(tools).parameters()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sid", "JSESSIONID", "PHPSESSID", "__Host-x", "access_token", "csrftoken", "auth"})
    void cookiesOfSessionsAreNotOffered(String name) throws Exception {
        assertThat(Descriptions.op(
                                Descriptions.tools(op("parameters: [{name: " + name + ", in: cookie, schema: {}}]\n")))
                        .parameters())
                .isEmpty();
    }

    @Test
    void aParameterThatCannotBeOfferedIsLeftOutUnlessItIsRequired() throws Exception {
        String parameter = "{name: p, in: query, style: form, explode: true, schema: {type: object}";
        Operations.Tools optional = Descriptions.tools(op("parameters: [" + parameter + "}]\n"));
        Operations.Tools required = Descriptions.tools(op("parameters: [" + parameter + ", required: true}]\n"));

        assertThat(Descriptions.op(optional).parameters()).isEmpty();
        assertThat(optional.problems())
                .singleElement()
                .asString()
                .startsWith("GET /pets is offered without its parameter p");
        assertThat(required.operations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            value = {
                "'/a b' => characters",
                "'/a?b=c' => characters",
                "'/a#b' => characters",
                "'/a/../b' => segment",
                "'/a//b' => segment",
                "'/a/%2e%2e' => characters",
                "'/{a}' => path parameters",
                "'a' => slash"
            })
    void aPathThatIsNoneKeepsItsOperationOut(String path, String why) throws Exception {
        Operations.Tools tools = Descriptions.tools(Descriptions.yaml("paths: {'" + path + "': {get: {}}}\n"));

        assertThat(tools.operations()).isEmpty();
        assertThat(tools.problems()).singleElement().asString().contains(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "requestBody: {content: {multipart/form-data: {schema: {type: object}}}}",
                "requestBody: {content: {application/octet-stream: {}}}",
                "requestBody: {}",
                "servers: [{url: 'https://other.example'}]",
                "parameters: [{name: p, in: somewhere, schema: {}}]",
                "parameters: {}",
                "parameters: [{in: query, schema: {}}]"
            })
    void anOperationThatCannotBeCarriedOutIsLeftOutWithTheReason(String more) throws Exception {
        Operations.Tools tools = Descriptions.tools(
                Descriptions.yaml("paths:\n  /pets:\n    post:\n      operationId: op\n" + more.indent(6)));

        assertThat(tools.operations()).isEmpty();
        assertThat(tools.problems()).singleElement().asString().startsWith("POST /pets was left out: ");
    }

    private static Set<String> selected(List<String> include, List<String> exclude, boolean deprecated)
            throws DescriptionRefused {
        Description description = Descriptions.read(Descriptions.yaml("""
                paths:
                  /pets: {get: {operationId: listPets}, post: {operationId: addPet}}
                  /pets/all: {get: {operationId: allPets, deprecated: true}}
                  /users: {get: {operationId: 'users.list'}}
                """));
        return Operations.read(description, new Selection(include, exclude, deprecated), true, Set.of())
                .operations()
                .keySet();
    }

    @Test
    void theOperatorChoosesOperations() throws Exception {
        assertThat(selected(List.of(), List.of(), true)).hasSize(4);
        assertThat(selected(List.of(), List.of(), false))
                .doesNotContain("allPets")
                .hasSize(3);
        assertThat(selected(List.of("GET /pets*"), List.of(), true)).containsExactlyInAnyOrder("listPets", "allPets");
        assertThat(selected(List.of("*Pet*"), List.of("POST *"), true))
                .containsExactlyInAnyOrder("listPets", "allPets");
        assertThat(selected(List.of("users.list"), List.of(), true)).containsExactly("users.list");
        assertThat(selected(List.of("usersXlist", "listpets", "get /pets"), List.of(), true))
                .isEmpty();
    }

    @Test
    void moreToolsThanAnyoneReviewsAreRefusedWithTheWayOut() {
        StringBuilder many = new StringBuilder("paths:\n");
        for (int i = 0; i <= Operations.TOOLS_MAX; i++) {
            many.append("  /p")
                    .append(i)
                    .append(": {get: {operationId: o")
                    .append(i)
                    .append("}}\n");
        }

        assertThatThrownBy(() -> Descriptions.tools(Descriptions.yaml(many.toString())))
                .isInstanceOf(DescriptionRefused.class)
                .hasMessageContaining("openapi.include");
    }

    @Test
    void problemsAreBoundedAndPrintable() throws Exception {
        StringBuilder many = new StringBuilder("paths:\n");
        for (int i = 0; i < 500; i++) {
            many.append("  \"/\\e[31mp").append(i).append("\": {get: {}}\n");
        }
        List<String> problems =
                Descriptions.tools(Descriptions.yaml(many.toString())).problems();

        assertThat(problems).hasSize(101).noneMatch(problem -> problem.contains("\u001b"));
        assertThat(problems.getLast()).isEqualTo("and 400 more of this kind");
    }
}
