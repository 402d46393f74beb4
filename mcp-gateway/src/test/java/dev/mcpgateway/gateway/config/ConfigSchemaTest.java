package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.policy.yaml.Problem;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema that editors use says what the reader does. Two full configurations have every key that there is; each
 * change of one key is shown to both sides, and both must think the same of it.
 */
class ConfigSchemaTest {
    private static final Path FOLDER = Path.of("").toAbsolutePath();

    private static final String REMOTE = """
            {"version": 1,
             "listen": {"host": "127.0.0.1", "port": 8080, "public_url": "https://gw.example", "tls": {"certificate": "c.pem",
               "private_key": "k.pem", "client_ca": "ca.pem"}, "tls_terminated_in_front": false, "allowed_hosts": ["a"], "allowed_origins": ["b"]},
             "admin": {"host": "127.0.0.1", "port": 8081, "allowed_hosts": ["a"],
               "tokens": [{"name": "ops", "secret": {"file": "ops.token"}, "roles": ["operator"]}]},
             "issuers": {"corp": {"issuer": "https://id.example/", "jwks": {"url": "https://id.example/k", "allow_networks":
               ["10.0.0.0/8"]}, "audience": "x", "algorithms": ["ES256"], "typ": ["at+jwt"], "header_members": ["x5t"],
               "claims": {"client_id": "azp", "scope": "scp", "groups": "roles", "tenant": "/org/name"}, "max_lifetime_s": 3600, "skew_s": 10,
               "audience_form": "exact_single", "required_claims": ["jti", "tenant"], "sender_constraint": "any",
               "dpop_nonce": true, "introspection": {"url": "https://id.example/introspect", "client": {"id": "gw", "private_key":
               {"file": "k.pem"}, "key_id": "1", "audience": "https://id.example"}, "for": "jwt", "cache_s": 5, "allow_networks":
               ["10.0.0.0/8"]}, "login": {"client_id": "gateway", "secret": {"env": "LOGIN"}, "allow_networks": ["10.0.0.0/8"]}},
               "staff": {"issuer": "https://staff.example/", "jwks": {"file": "staff.json"}, "login": {"client_id": "gateway"}}},
             "scopes": {"implies": {"mcp:crm:write": ["mcp:crm:read"]}},
             "virtual_keys": {"enabled": true, "issuer": "robots"},
             "vault": {"url": "https://vault.example", "namespace": "a", "approle": {"mount": "m", "role_id": "r", "secret_id": {"file":
               "s"}}, "cache_s": 5, "keep_s": 5, "allow_networks": ["10.0.0.0/8"]},
             "secrets_manager": {"region": "eu-central-1", "url": "https://vpce.example", "access_key_id": {"file": "id"},
               "secret_access_key": {"env": "KEY"}, "session_token": {"file": "t"}, "cache_s": 5, "keep_s": 5, "allow_networks": ["10.0.0.0/8"]},
             "upstreams": {"crm": {"transport": "streamable_http", "url": "https://crm.example/mcp", "allow_plain_http": false,
               "allow_networks": ["10.0.0.0/8"], "http_client": "lean", "era": "auto", "credential": {"static": {"header":
               "X-Key", "prefix": "p", "secret": {"env": "CRM"}}}, "call_timeout_ms": 1000, "concurrent_calls": 5,
               "breaker": {"failures_percent": 30, "window_calls": 40, "min_calls": 4, "open_ms": 500},
               "idempotent": ["get_*", "list"]},
               "tok": {"transport": "streamable_http", "url": "https://tok.example/mcp", "credential": {"call_token":
                 {"audience": "https://tok.example/", "algorithm": "EdDSA", "signer": "bouncycastle", "lifetime_s": 30, "subject": "pairwise"}},
                 "mtls": {"certificate": "c.pem", "private_key": {"file": "k.pem"}, "ca": "ca.pem"}},
               "cc": {"transport": "streamable_http", "url": "https://cc.example/mcp", "credential": {"client_credentials":
                 {"token_url": "https://id.example/token", "client": {"id": "gw", "private_key": {"file": "k.pem"}, "key_id":
                 "k", "audience": "https://id.example/"}, "resource": "https://cc.example/", "audience": "cc", "scope": ["a"],
                 "allow_networks": ["10.0.0.0/8"]}}},
               "ex": {"transport": "streamable_http", "url": "https://ex.example/mcp", "credential": {"token_exchange":
                 {"issuer": "corp", "token_url": "https://id.example/token", "client": {"id": "gw", "secret": {"env": "S"}},
                 "resource": "https://ex.example/", "audience": "ex", "scope": "a", "impersonation": true, "lists": false,
                 "allow_networks": ["10.0.0.0/8"]}}},
               "mail": {"transport": "streamable_http", "url": "https://mail.example/mcp", "credential": {"user_oauth": {
                 "authorization_server": "https://as.example", "client": {"id": "gw", "issuer": "https://as.example", "secret": {"env":
                 "MAIL"}, "key_id": "k",
                 "audience": "a"}, "scopes": ["mail.read"], "resource": "https://mail.example/mcp", "register": true,
                 "allow_networks": ["10.0.0.0/8"], "lists": {"static": {"header": "X-Key", "prefix": "p", "secret": {"env":
                 "LISTS"}}}}}}},
             "models": {"audience": "https://gw.example/models", "request_bytes": 2048, "reply_bytes": 2048, "stream_bytes": 2048,
               "providers": {"big": {"kind": "openai", "base_url": "https://api.example/v1", "allow_plain_http": false,
                 "allow_networks": ["10.0.0.0/8"], "credential": {"static": {"header": "X-Key", "prefix": "p", "secret": {"env":
                 "BIG"}, "next": {"env": "NEXT"}}}, "connect_timeout_ms": 100, "first_event_timeout_ms": 100, "idle_timeout_ms": 100, "total_timeout_ms": 100,
                 "concurrent_calls": 5, "include_usage": false, "betas": ["a"]},
                 "own": {"kind": "openai_compatible", "base_url": "http://127.0.0.1:11434/v1", "credential": "none", "residency": "eu"},
                 "rock": {"kind": "bedrock", "api": "invoke_model", "credential": {"aws": {"region": "eu-central-1", "access_key_id": {"env": "ID"},
                 "secret_access_key": {"env": "KEY"}, "session_token": {"file": "token"}, "next": {"access_key_id": {"env":
                 "ID"}, "secret_access_key": {"env": "KEY"}, "session_token": {"file": "token"}}}}},
                 "role": {"kind": "bedrock", "credential": {"aws": {"region": "eu-central-1", "role": {"arn":
                 "arn:aws:iam::123456789012:role/gw", "sts_url": "https://sts.example", "assertion": {"issuer": "https://gw.example",
                 "audience": "a", "private_key": {"file": "k.pem"}, "key_id": "k"}, "per": "caller", "lifetime_s": 900,
                 "allow_networks": ["10.0.0.0/8"]}}}},
                 "entra": {"kind": "azure_openai", "base_url": "https://a.example/openai/v1", "credential": {"workload_token": {"grant":
                 "jwt_bearer", "token_url": "https://id.example/token", "client_id": "gw", "assertion": {"issuer": "https://gw.example",
                 "audience": "a", "private_key": {"file": "k.pem"}, "key_id": "k"}, "per": "caller", "resource": "r", "audience": "a",
                 "scope": ["s"], "allow_networks": ["10.0.0.0/8"]}}},
                 "pool": {"kind": "gemini", "base_url": "https://b.example/v1beta", "credential": {"workload_token": {"grant": "token_exchange", "token_url":
                 "https://sts.example/v1/token", "client_id": "gw", "token": {"file": "projected.jwt"}}}}},
               "routing": {"max_retries": 1, "max_attempts": 3, "first_pause_ms": 5, "longest_pause_ms": 50, "retry_budget_percent": 5,
                 "breaker": {"failures_percent": 5, "window_s": 60, "min_calls": 5, "open_s": 50, "longest_open_s": 3600}},
               "aliases": {"gpt-4.1": {"strategy": "weighted", "sticky": false, "total_timeout_ms": 100, "targets": [{"provider":
                 "big", "model": "gpt-4.1-2025", "capabilities": ["tools", "streaming"], "context_tokens": 1000,
                 "served_as": ["gpt-*"], "mismatch": "fail"}], "rules": [{"when": {"stream": true, "has_tools": false,
                 "min_input_tokens": 1, "max_input_tokens": 9, "parameters": {"reasoning_effort": "low"}, "groups": ["g"],
                 "tenants": ["t"], "expression": "stream && input_tokens > 5"}, "alias": "llama3:8b"}]},
                 "issued": {"targets": [{"provider": "role", "model": "amazon.nova-pro-v1:0"}, {"provider": "entra", "model": "m"}, {"provider": "pool",
                 "model": "m"}]},
                 "claude": {"targets": [{"provider": "rock", "model": "eu.anthropic.claude-sonnet-4-5-v1:0"}]},
                 "llama3:8b": {"tiers": [{"targets": [{"provider": "own", "model": "llama3:8b", "weight": 3}]}, {"targets": [{"provider": "own",
                 "model": "llama3:1b"}]}], "hedge": {"after_ms": 1000}, "rules": [{"when":
                 {"stream": true}, "tiers": [1]}]}},
               "cache": {"exact": {"aliases": {"gpt-4.1": {"share": "tenant", "ttl_s": 5, "any_temperature":
                 true, "tools": true}}, "bytes": 20000000, "entries": 5, "entry_bytes": 2048, "wait_ms": 100},
                 "semantic": {"aliases": {"gpt-4.1": {"share": "tenant", "ttl_s": 5, "any_temperature": true}}, "similarity_percent": 97,
                 "observe": true, "bytes": 20000000, "entries": 5, "entry_bytes": 2048, "compared": 5}},
               "prices": {"file": "prices.yaml", "input_tokens": 5, "output_tokens": 5, "tool_uses": 5, "token_weights_percent": {"input": 5, "cached_input": 5, "output": 5, "reasoning": 5}, "team_claim": "t",
                 "keep_days": 5},
               "budgets": [{"name": "all", "per": "organisation", "period": "month", "limit_usd": "1.5", "limit_tokens": 5,
                 "limit_requests": 5, "mode": "observe", "match": {"subject": "a", "client_id": ["c"], "groups": ["g"],
                 "tenants": ["t"], "claims": {"project": "p"}, "models": ["gpt-*"]}}],
               "kept_state": {"big": {"ids": "bound", "open_ids": ["file-1"]}},
               "judge": {"alias": "claude", "daily_usd": "5", "aliases": {"gpt-4.1": {"percent": 5, "tiers": [5]}}, "except_tenants":
                 ["t"], "queue": 5, "concurrent": 1, "material_bytes": 2048, "explanations": true,
                 "criteria": "c", "shadow": {"percent": 1, "daily_usd": "0.5"}}, "doctor": {"daily_usd": "0.1"},
               "content": {"dir": "kept", "memory_bytes": 1000000000, "wait_ms": 100, "tenants": {"acme": {"issuers": ["gateway"], "public_key":
                 "acme.pem", "aliases": ["gpt-4.1"], "required": true, "keep_days": 5, "bytes": 1000000000, "record_bytes": 2048}}},
               "observe": {"until": "2026-12-10", "aliases": "gpt-4.1", "principals": [{"issuer": ["gateway"], "subject": "a",
                 "client_id": ["c"], "groups": ["g"]}]},
               "safe_mode": {"profile": "good.json", "public_key": "good.pub", "leave_window_s": 60},
               "signals": {"change_windows": [{"days": ["mon"], "from": "09:00", "to": "10:00", "zone": "UTC"}]}},
             "views": {"default": {"path": "/mcp", "upstreams": ["crm"], "bare_names": false}},
             "policy": {"files": ["policy.yaml"]},
             "limits": {"request_bytes": 2048, "bodies_bytes": 1099511627776, "header_bytes": 2048, "arguments_bytes": 2048, "reply_bytes": 1073741824,
               "result_bytes": 1024, "json_depth": 20, "header_timeout_ms": 100, "body_timeout_ms": 100, "answer_timeout_ms":
               100, "idle_timeout_ms": 100, "keep_alive_ms": 100, "connections": 5, "calls_per_minute": 5, "auth_failures_per_minute": 5,
               "sessions": 5, "sessions_per_caller": 5, "streams": 5, "streams_per_caller": 5, "model_calls_per_caller": 5,
               "session_idle_s": 5, "list_tools": 5, "list_ttl_ms": 5, "refresh_interval_s": 5, "input_wait_ms": 100,
               "drain_timeout_s": 5, "catalogue_grace_s": 5},
             "audit": {"dir": "log", "origin": "a.example/gw", "signing_key": {"file": "s.pem"}, "subject_key": {"file": "s"}},
             "telemetry": {"otlp_url": "http://127.0.0.1:4318", "sample_percent": 3, "prometheus": false, "service_name": "g", "events": true,
               "conventions": "latest"},
             "state": {"dir": "kept", "key": {"env": "STATE_KEY"}}}
            """;

    private static final String LOCAL = """
            {"version": 1,
             "vault": {"url": "http://127.0.0.1:8200", "token": {"env": "T"}},
             "anonymous": {"subject": "s", "client_id": "c", "groups": ["g"], "scopes": ["x"]},
             "upstreams": {"files": {"transport": "stdio", "command": ["/bin/true"], "env": {"A": "text", "B": {"secret":
               {"file": "b"}}}, "cwd": "/", "era": "legacy", "credential": {"none": null}},
               "old": {"transport": "sse", "url": "https://old.example/sse", "credential": "none", "breaker": "off",
                 "idempotent": "get", "relay": ["elicitation", "sampling", "roots"]},
               "api": {"transport": "openapi", "openapi": {"file": "api.yaml", "server": "https://api.example/v1", "include":
                 ["GET /*"], "exclude": ["drop*"], "include_deprecated": false, "output_schemas": false, "slashes_in_path":
                 true}, "credential": "none"}},
             "views": {"docs": {"path": "/mcp/docs", "audience": "https://gw.example/docs", "upstreams": ["files", "old"],
               "names": {"map": {"files__read": "read"}}, "tools": ["files__*", "old__x"], "prompts": [], "resources":
               ["files__file:///docs/*"], "instructions": "Documents."}},
             "policy": {"files": "policy.yaml"},
             "telemetry": {"otlp_url": null}}
            """;

    private static final JsonNode SCHEMA = schemaText();
    private static final Schema VALIDATOR = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SCHEMA);

    private static JsonNode schemaText() {
        try (InputStream in = ConfigFile.class.getResourceAsStream("gateway.schema.json")) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static ObjectNode remote() {
        return (ObjectNode) JsonMapper.shared().readTree(REMOTE);
    }

    private static ObjectNode local() {
        return (ObjectNode) JsonMapper.shared().readTree(LOCAL);
    }

    @Test
    void bothFullConfigurationsAreGoodToBoth() {
        for (ObjectNode each : List.of(remote(), local())) {
            assertThat(problems(each)).isEmpty();
            assertThat(VALIDATOR.validate(each)).isEmpty();
        }
    }

    /** A key of the configuration: its value's schema and where its parent stands in one of the two configurations. */
    record Key(ObjectNode document, String parent, String name, JsonNode schema) {
        ObjectNode copyWith(JsonNode value) {
            ObjectNode copy = copy();
            if (parent.startsWith("/models/providers/") && name.equals("kind")) {
                setFittingCredential((ObjectNode) copy.at(parent), value);
            }
            ((ObjectNode) copy.at(parent)).set(name, value);
            return copy;
        }

        /** The kinds of providers do not have the same credentials. */
        private static void setFittingCredential(ObjectNode provider, JsonNode kind) {
            if (kind.isString() && kind.stringValue().equals("bedrock")) {
                provider.set("credential", remote().at("/models/providers/rock/credential"));
                provider.put("api", "converse"); // the models of other kinds do not say whose they are
            } else if (provider.at("/credential/aws").isObject()) {
                provider.put("credential", "none").put("base_url", "https://a.example/v1");
                provider.remove("api");
            }
        }

        ObjectNode copyWithout() {
            ObjectNode copy = copy();
            ((ObjectNode) copy.at(parent)).remove(name);
            return copy;
        }

        private ObjectNode copy() {
            ObjectNode copy = document.deepCopy();
            if (parent.endsWith("/call_token") && name.equals("subject")) {
                copy.remove("virtual_keys"); // no schema can say that plain subjects want a single issuer
                ((ObjectNode) copy.path("issuers")).remove("staff");
            }
            if (parent.endsWith("/call_token") && name.equals("algorithm")) {
                ((ObjectNode) copy.at(parent)).remove("signer"); // nor what signs which algorithm
            }
            if (name.equals("bodies_bytes")) {
                ((ObjectNode) copy.at("/limits")).put("request_bytes", 1024); // nor that the longest request has room
                ((ObjectNode) copy.at("/models")).put("request_bytes", 1024);
            }
            if (parent.endsWith("/hedge")) {
                // nor that a hedge begins before the wait for the first event is over
                ((ObjectNode) copy.at("/models/providers/own")).put("first_event_timeout_ms", 60_000);
            }
            return copy;
        }

        @Override
        public String toString() {
            return parent + "/" + name;
        }
    }

    /** Every key of every mapping in both configurations. */
    static Stream<Key> keys() {
        List<Key> keys = new ArrayList<>();
        for (ObjectNode document : List.of(remote(), local())) {
            mappings(
                    document,
                    (pointer, schemas) -> schemas.forEach(schema -> schema.path("properties")
                            .properties()
                            .forEach(property -> keys.add(
                                    new Key(document, pointer, property.getKey(), resolved(property.getValue()))))));
        }
        return keys.stream()
                .filter(key -> !key.document().at(key.parent()).path(key.name()).isMissingNode());
    }

    /** Calls back for each mapping with fixed keys, with the schemas that may hold for it. */
    private static void mappings(JsonNode document, BiConsumer<String, List<JsonNode>> found) {
        mappings(document, "", List.of(SCHEMA), found);
    }

    private static void mappings(
            JsonNode value, String pointer, List<JsonNode> schemas, BiConsumer<String, List<JsonNode>> found) {
        List<JsonNode> objects = schemas.stream()
                .flatMap(ConfigSchemaTest::alternatives)
                .filter(schema -> schema.path("type").asString("").equals(value.isArray() ? "array" : "object"))
                .toList();
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                List<JsonNode> items = objects.stream()
                        .map(schema -> resolved(schema.path("items")))
                        .toList();
                mappings(value.get(i), pointer + "/" + i, items, found);
            }
        } else if (value.isObject()) {
            if (objects.stream().anyMatch(schema -> schema.has("properties"))) {
                found.accept(pointer, objects);
            }
            value.properties().forEach(member -> {
                List<JsonNode> below = objects.stream()
                        .map(schema -> schema.has("properties")
                                ? schema.path("properties").path(member.getKey())
                                : schema.path("additionalProperties"))
                        .map(ConfigSchemaTest::resolved)
                        .toList();
                mappings(member.getValue(), pointer + "/" + member.getKey(), below, found);
            });
        }
    }

    /** The schema itself, and the forms that it offers. */
    private static Stream<JsonNode> alternatives(JsonNode schema) {
        return schema.has("oneOf") && !schema.has("properties")
                ? schema.path("oneOf").valueStream().map(ConfigSchemaTest::resolved)
                : Stream.of(schema);
    }

    private static JsonNode resolved(JsonNode schema) {
        return schema.has("$ref") ? SCHEMA.at(schema.path("$ref").stringValue().substring(1)) : schema;
    }

    @Test
    void bothKnowTheSameKeysEverywhere() {
        Map<String, Set<String>> schema = new TreeMap<>();
        Map<String, Set<String>> reader = new TreeMap<>();
        for (ObjectNode document : List.of(remote(), local())) {
            mappings(document, (pointer, schemas) -> {
                // upstreams of each transport are one mapping to the schema, and differ to the reader
                String place = pointer.replaceAll("/(crm|mail|files|old|api|tok|cc|ex)$", "/UPSTREAM")
                        .replaceAll("/(url|file)$", "/REF");
                schemas.forEach(each -> schema.computeIfAbsent(place, key -> new TreeSet<>())
                        .addAll(each.path("properties").propertyNames()));
                ObjectNode copy = document.deepCopy();
                ((ObjectNode) copy.at(pointer)).put("qqqqqq", 1);
                assertThat(VALIDATOR.validate(copy))
                        .as("unknown key in " + pointer)
                        .isNotEmpty();
                reader.computeIfAbsent(place, key -> new TreeSet<>()).addAll(known(copy, pointer));
            });
        }

        assertThat(schema).hasSizeGreaterThan(20);
        schema.forEach((place, keys) -> {
            if (!place.endsWith("/credential") && !place.endsWith("/lists") && !place.endsWith("/names")) {
                assertThat(reader.get(place)).as(place).isEqualTo(keys);
            }
        });
    }

    /** The keys that the reader names when it finds one that it does not know. */
    private static Set<String> known(ObjectNode document, String pointer) {
        Set<String> known = new TreeSet<>();
        for (Problem problem : problems(document)) {
            if (problem.message().equals("unknown key 'qqqqqq'")) {
                assertThat(problem.pointer()).isEqualTo(pointer + "/qqqqqq");
                assertThat(problem.hint()).startsWith("Known keys here: ");
                known.addAll(List.of(
                        problem.hint().substring("Known keys here: ".length()).split(", ", -1)));
            }
        }
        return known;
    }

    @ParameterizedTest
    @MethodSource("keys")
    void bothWantTheSameKeysToBeThere(Key key) {
        ObjectNode document = key.copyWithout();
        if (key.name().equals("upstreams")) {
            document.remove("views"); // no schema can say that a view's upstreams are defined elsewhere
        }
        if (key.name().equals("issuers")) {
            removeWhatNeedsAnIssuer(document); // nor that its issuer is
        }
        if (key.name().equals("judge")) {
            ((ObjectNode) document.path("models")).remove(List.of("content", "observe")); // theirs is the judge's
        }

        assertAgreement(document);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void bothRefuseAValueOfAnotherKind(Key key) {
        JsonMapper json = JsonMapper.shared();
        for (String value : List.of("1.5", "true", "\"@ no @\"", "{\"qqqqqq\":1}", "[[1]]")) {
            JsonNode other = json.readTree(value);
            boolean sameKind = other.getNodeType()
                    == key.document().at(key.parent()).path(key.name()).getNodeType();
            boolean freeText = other.isString()
                    && !key.schema().has("pattern")
                    && !key.schema().has("enum");
            if (!sameKind && !freeText) {
                assertAgreement(key.copyWith(other));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void bothHaveTheSameBounds(Key key) {
        for (String bound : List.of("minimum", "maximum")) {
            if (key.schema().has(bound)) {
                long at = key.schema().path(bound).longValue();
                for (long value : List.of(at - 1, at, at + 1)) {
                    assertAgreement(
                            key.copyWith(JsonMapper.shared().getNodeFactory().numberNode(value)));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void bothKnowTheSameWords(Key key) {
        if (key.schema().has("enum") && !key.name().equals("transport")) {
            key.schema()
                    .path("enum")
                    .forEach(word -> assertThat(problems(key.copyWith(word))).isEmpty());
            assertAgreement(key.copyWith(JsonMapper.shared().getNodeFactory().stringNode("other")));
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    void theSchemasDefaultIsWhatTheReaderTakes(Key key) {
        if (key.schema().has("default")) {
            assertThat(config(key.copyWithout()))
                    .isEqualTo(config(key.copyWith(key.schema().path("default"))));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a-b",
                "a_b",
                "9",
                "A",
                "a__b",
                "a_",
                "-a",
                "_a",
                "a b",
                "",
                "a.b",
                "ä",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void bothTakeTheSameNames(String name) {
        for (String section : List.of("issuers", "upstreams", "views")) {
            ObjectNode document = remote();
            document.remove("views");
            ((ObjectNode) document.path("upstreams")).remove("ex"); // it names an issuer
            ObjectNode parent =
                    section.equals("views") ? document.putObject("views") : (ObjectNode) document.at("/" + section);
            JsonNode body = section.equals("views")
                    ? remote().at("/views/default")
                    : parent.iterator().next().deepCopy();
            if (!section.equals("upstreams")) {
                parent.removeAll();
            }
            parent.set(name, body);

            assertAgreement(document);
        }
    }

    @Test
    void bothWantExactlyOneOfIssuersAndAnonymous() {
        ObjectNode neither = remote();
        neither.remove("issuers");
        neither.remove("virtual_keys");
        ObjectNode keysBeside = local();
        keysBeside.set("virtual_keys", remote().path("virtual_keys"));
        ObjectNode notEnabled = remote();
        notEnabled.remove("issuers");
        ((ObjectNode) notEnabled.path("virtual_keys")).put("enabled", false);
        ObjectNode both = local();
        both.set("issuers", remote().path("issuers"));
        ObjectNode emptied = remote();
        ((ObjectNode) emptied.path("issuers")).removeAll();

        for (ObjectNode each : List.of(neither, both, emptied, keysBeside, notEnabled)) {
            assertAgreement(each);
            assertThat(problems(each)).isNotEmpty();
        }
    }

    @Test
    void aClientThatAsksTheIssuerHasOneProof() {
        ObjectNode secret = remote();
        ObjectNode client = (ObjectNode) secret.at("/issuers/corp/introspection/client");
        client.removeAll().put("id", "gw").putObject("secret").put("env", "S");
        ObjectNode both = remote();
        ((ObjectNode) both.at("/issuers/corp/introspection/client")).set("secret", client.path("secret"));
        ObjectNode neither = remote();
        ((ObjectNode) neither.at("/issuers/corp/introspection/client")).remove("private_key");

        assertAgreement(secret);
        assertThat(problems(secret)).isEmpty();
        for (ObjectNode each : List.of(both, neither)) {
            assertAgreement(each);
            assertThat(problems(each)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret/data/b",
                "kv/team/data/a/b",
                "secret/b",
                "secret/data/",
                "/secret/data/b",
                "secret/data/../b",
                "secret/data/a b"
            })
    void bothKnowTheSamePathsInTheVault(String path) {
        ObjectNode document = local();
        ((ObjectNode) document.at("/upstreams/files/env/B/secret"))
                .removeAll()
                .putObject("vault")
                .put("path", path)
                .put("key", "k");

        assertAgreement(document);
        assertThat(problems(document).isEmpty()).isEqualTo(path.equals("secret/data/b") || path.startsWith("kv/"));
    }

    @ParameterizedTest
    @CsvSource({
        "gateway/openai, AWSCURRENT, true",
        "arn:aws:secretsmanager:eu-central-1:1:secret:a-AbCdEf, AWSPREVIOUS, true",
        "a b, AWSCURRENT, false",
        "a, 'A B', false"
    })
    void bothKnowTheSameSecretsOfAws(String id, String stage, boolean isGood) {
        ObjectNode document = remote();
        ((ObjectNode) document.at("/admin/tokens/0/secret"))
                .removeAll()
                .putObject("secrets_manager")
                .put("id", id)
                .put("key", "k")
                .put("stage", stage);

        assertAgreement(document);
        assertThat(problems(document).isEmpty()).isEqualTo(isGood);
        document.remove("secrets_manager");
        assertThat(problems(document)).as("no schema can say that it is needed").isNotEmpty();
    }

    @Test
    void aCredentialIsIssuedByOneAssertionAndStandsBesideNoKeys() {
        String entra = "/models/providers/entra/credential/workload_token";
        String role = "/models/providers/role/credential/aws/role";
        ObjectNode tokenToo = remote();
        ((ObjectNode) tokenToo.at(entra)).putObject("token").put("file", "t");
        ObjectNode roleAndToken = remote();
        ((ObjectNode) roleAndToken.at(role)).putObject("token").put("file", "t");
        ObjectNode keysToo = remote();
        ((ObjectNode) keysToo.at("/models/providers/role/credential/aws"))
                .putObject("access_key_id")
                .put("env", "A");
        ObjectNode toldOfACaller = remote();
        ((ObjectNode) toldOfACaller.at("/models/providers/pool/credential/workload_token")).put("per", "client");
        ObjectNode keyInAStore = remote();
        ((ObjectNode) keyInAStore.at("/secrets_manager/access_key_id"))
                .removeAll()
                .putObject("vault")
                .put("path", "secret/data/b")
                .put("key", "k");
        ObjectNode clientless = remote();
        ((ObjectNode) clientless.at(entra)).put("grant", "client_credentials").remove("client_id");

        for (ObjectNode each : List.of(tokenToo, roleAndToken, keysToo, toldOfACaller, keyInAStore, clientless)) {
            assertAgreement(each);
            assertThat(problems(each)).isNotEmpty();
        }
        ObjectNode clientsOwn = remote();
        ((ObjectNode) clientsOwn.at(entra)).put("grant", "client_credentials");
        ((ObjectNode) clientsOwn.at(entra + "/assertion")).remove("issuer");
        assertAgreement(clientsOwn);
        assertThat(problems(clientsOwn)).isEmpty();
    }

    @Test
    void whatOpensTheVaultIsNotInIt() {
        ObjectNode inside = local();
        ((ObjectNode) inside.path("vault"))
                .putObject("token")
                .putObject("vault")
                .put("path", "secret/data/b")
                .put("key", "k");
        ObjectNode both = remote();
        ((ObjectNode) both.path("vault")).putObject("token").put("env", "T");
        ObjectNode neither = remote();
        ((ObjectNode) neither.path("vault")).remove("approle");

        for (ObjectNode each : List.of(inside, both, neither)) {
            assertAgreement(each);
            assertThat(problems(each)).isNotEmpty();
        }
    }

    /** A token is exchanged for one of an issuer's, and a user logs in at one. */
    private static void removeWhatNeedsAnIssuer(ObjectNode document) {
        if (document.path("upstreams") instanceof ObjectNode upstreams) {
            upstreams.remove(List.of("ex", "mail"));
        }
    }

    @Test
    void virtualKeysAloneAreEnough() {
        ObjectNode keysAlone = remote();
        keysAlone.remove("issuers");
        removeWhatNeedsAnIssuer(keysAlone);
        ObjectNode notEnabledBeside = local();
        notEnabledBeside.putObject("virtual_keys").put("enabled", false);

        for (ObjectNode each : List.of(keysAlone, notEnabledBeside)) {
            assertAgreement(each);
            assertThat(problems(each)).isEmpty();
        }
    }

    @Test
    void theTransportDecidesWhichKeysBelong() {
        ObjectNode commandAndUrl = local();
        ((ObjectNode) commandAndUrl.at("/upstreams/files")).put("url", "https://a.example/mcp");
        ObjectNode commandOverHttp = remote();
        ((ObjectNode) commandOverHttp.at("/upstreams/crm")).putArray("command").add("/bin/true");
        ObjectNode environmentOverHttp = remote();
        ((ObjectNode) environmentOverHttp.at("/upstreams/crm")).putObject("env").put("A", "b");
        ObjectNode headerToAProcess = local();
        ((ObjectNode) headerToAProcess.at("/upstreams/files"))
                .set("credential", remote().at("/upstreams/crm/credential"));

        ObjectNode urlOfAnApi = local();
        ((ObjectNode) urlOfAnApi.at("/upstreams/api")).put("url", "https://a.example/mcp");
        ObjectNode eraOfAnApi = local();
        ((ObjectNode) eraOfAnApi.at("/upstreams/api")).put("era", "modern");
        ObjectNode descriptionOfAServer = remote();
        ((ObjectNode) descriptionOfAServer.at("/upstreams/crm")).set("openapi", local().at("/upstreams/api/openapi"));

        for (ObjectNode each : List.of(
                commandAndUrl,
                commandOverHttp,
                environmentOverHttp,
                headerToAProcess,
                urlOfAnApi,
                eraOfAnApi,
                descriptionOfAServer)) {
            assertAgreement(each);
            assertThat(problems(each)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"quickstart", "acceptance/kill", "acceptance/clients"})
    void theSamplesAreGoodToBoth(String sample) throws IOException {
        Path file = Path.of(System.getProperty("basedir", ".")).resolve("../samples/" + sample + "/gateway.yaml");
        byte[] filledIn = Files.readString(file)
                .replace("${ISSUER}", "https://id.example")
                .replace("${UPSTREAM}", "https://up.example/mcp")
                .replace("${PROVIDER}", "https://models.example/v1")
                .replace("${SCARCE_USD}", "0.01")
                .replaceAll("\\$\\{[A-Z]+_PORT}", "9000")
                .replaceAll("\\$\\{[A-Z_]+}", "/there")
                .getBytes(StandardCharsets.UTF_8);

        assertThat(ConfigFile.read(file.toString(), filledIn, FOLDER)).isInstanceOf(Loaded.Good.class);
        assertThat(VALIDATOR.validate(json(file, filledIn))).isEmpty();
    }

    private static JsonNode json(Path file, byte[] text) {
        return switch (YamlReader.read(file.toString(), text)) {
            case YamlRead.Tree(YamlNode root) -> json(root);
            case YamlRead.Refused(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private static JsonNode json(YamlNode node) {
        return switch (node) {
            case YamlNode.Scalar scalar -> scalar.value();
            case YamlNode.Sequence sequence -> {
                ArrayNode array = JsonMapper.shared().createArrayNode();
                sequence.items().forEach(item -> array.add(json(item)));
                yield array;
            }
            case YamlNode.Mapping mapping -> {
                ObjectNode object = JsonMapper.shared().createObjectNode();
                mapping.members().forEach((name, member) -> object.set(name, json(member.value())));
                yield object;
            }
        };
    }

    private static void assertAgreement(ObjectNode document) {
        boolean schema = VALIDATOR.validate(document).isEmpty();

        assertThat(problems(document).isEmpty())
                .as(
                        "the reader's opinion, %s, and the schema's, %s, of %s",
                        problems(document), VALIDATOR.validate(document), document)
                .isEqualTo(schema);
    }

    private static GatewayConfig config(ObjectNode document) {
        return switch (load(document)) {
            case Loaded.Good(GatewayConfig config) -> config;
            case Loaded.Bad(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private static List<Problem> problems(ObjectNode document) {
        return load(document) instanceof Loaded.Bad(List<Problem> problems) ? problems : List.of();
    }

    private static Loaded load(ObjectNode document) {
        return ConfigFile.read("gateway.yaml", document.toString().getBytes(StandardCharsets.UTF_8), FOLDER);
    }
}
