package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code user_oauth} and what belongs to it in the configuration. */
class UserOAuthConfigTest {
    private static final String LOGIN = ", login: {client_id: gw}";

    @TempDir
    Path folder;

    private Loaded load(String issuer, String more, String credential) throws IOException {
        Path file = folder.resolve("gateway.yaml");
        Files.writeString(file, """
                version: 1
                issuers: {corp: {issuer: "https://id.example", jwks: {file: jwks.json}%s}}
                policy: {files: [policy.yaml]}
                upstreams: {crm: {url: "https://crm.example/mcp", %s, credential: %s}}
                """.formatted(issuer, more, credential));
        return ConfigFile.read(file);
    }

    private Credential.UserOAuth read(String credential) throws IOException {
        return switch (load(LOGIN, "transport: streamable_http", credential)) {
            case Loaded.Good(var config) ->
                (Credential.UserOAuth) config.upstreams().get("crm").credential();
            case Loaded.Bad(List<Problem> problems) -> throw new AssertionError(problems.toString());
        };
    }

    private List<String> problems(String issuer, String more, String credential) throws IOException {
        return switch (load(issuer, more, credential)) {
            case Loaded.Good _ -> List.of();
            case Loaded.Bad(List<Problem> problems) ->
                problems.stream().map(Problem::toString).toList();
        };
    }

    @Test
    void withoutAnyKeyTheUpstreamSaysEverything() throws IOException {
        Credential.UserOAuth read = read("user_oauth");

        assertThat(read.server()).isNull();
        assertThat(read.client()).isEmpty();
        assertThat(read.scopes()).isEmpty();
        assertThat(read.resource()).isNull();
        assertThat(read.register()).isFalse();
        assertThat(read.allowNetworks()).isEmpty();
        assertThat(read.lists()).isEqualTo(new Credential.None());
    }

    @Test
    void everyKeyIsRead() throws IOException {
        Credential.UserOAuth read =
                read("{user_oauth: {authorization_server: \"https://as.example/t\", client: {id: gw,"
                        + " private_key: {env: KEY}, key_id: k}, scopes: [a, b], resource: \"https://crm.example/\", register: true,"
                        + " allow_networks: [10.0.0.0/8], lists: {static: {secret: {env: LISTS}}}}}");

        assertThat(read.server()).hasToString("https://as.example/t");
        assertThat(read.client().orElseThrow().assertionAudience()).isEqualTo("https://as.example/t");
        assertThat(read.scopes()).containsExactlyInAnyOrder("a", "b");
        assertThat(read.resource()).hasToString("https://crm.example/");
        assertThat(read.register()).isTrue();
        assertThat(read.lists()).isInstanceOf(Credential.StaticHeader.class);
    }

    @Test
    void aClientIsOfTheServerThatKnowsIt() throws IOException {
        assertThat(read("{user_oauth: {client: {id: x, secret: {env: A}, issuer: \"https://as.example\"}}}")
                        .clientIssuer())
                .hasToString("https://as.example");
        assertThat(read("{user_oauth: {authorization_server: \"https://as.example\", client: {id: x}}}")
                        .clientIssuer())
                .hasToString("https://as.example");
        assertThat(read("{user_oauth: {client: {id: x}}}").clientIssuer()).isNull();
    }

    @Test
    void listsMayStandInAFileThatTheConfigurationNamesFromWhereItIs() throws IOException {
        Credential.UserOAuth read = read("{user_oauth: {lists: {file: crm-lists.json}}}");

        assertThat(read.lists()).isEqualTo(new Credential.None());
        assertThat(read.listsFile()).isAbsolute().hasFileName("crm-lists.json");
        assertThat(read("{user_oauth: {lists: {none: {}}}}").listsFile()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {user_oauth: {authorization_server: "http://as.example"}}          | it must be an https URL
            {user_oauth: {resource: "http://crm.example/"}}                    | it must be an https URL
            {user_oauth: {scopes: ["a b"]}}                                    | is no scope
            {user_oauth: {client: {id: x, secret: plain}}}                     | by reference
            {user_oauth: {client: {id: x, secret: {env: A}}}}                  | whichever server the upstream names
            {user_oauth: {client: {id: x, issuer: "http://as.example"}}}       | it must be an https URL
            {user_oauth: {authorization_server: "https://a.example", client: {id: x, issuer: "https://b.example"}}} | is not the authorization_server
            {user_oauth: {client: {id: x, private_key: {env: K}}}}             | needs an audience
            {user_oauth: {client: {id: x, secret: {env: A}, private_key: {env: K}, audience: a}}} | cannot stand beside
            {user_oauth: {client: {secret: {env: A}}}}                         | is missing
            {user_oauth: {nonsense: 1}}                                        | unknown key
            {user_oauth: {lists: {call_token: {}}}}                            | call_token
            {user_oauth: {lists: file}}                                        | file needs more than its name
            {user_oauth: {lists: static}}                                      | static needs more than its name
            {user_oauth: {lists: {file: {}}}}                                  | must be text
            """)
    void oneMistakeIsTold(String credential, String says) throws IOException {
        assertThat(problems(LOGIN, "transport: streamable_http", credential))
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem).contains("/upstreams/crm/credential"))
                .anySatisfy(problem -> assertThat(problem).contains(says));
    }

    @Test
    void nobodyCouldAgreeWithoutALogin() throws IOException {
        assertThat(problems("", "transport: streamable_http", "user_oauth"))
                .singleElement()
                .asString()
                .contains("none of them can log in");
    }

    @Test
    void aLoginNeedsAnIssuerThatCanBeAsked() throws IOException {
        Path file = folder.resolve("other.yaml");
        Files.writeString(file, """
                version: 1
                issuers: {corp: {issuer: "urn:corp", jwks: {file: jwks.json}, login: {client_id: gw}}}
                policy: {files: [policy.yaml]}
                """);

        assertThat(ConfigFile.read(file))
                .isInstanceOfSatisfying(
                        Loaded.Bad.class,
                        bad -> assertThat(bad.problems().toString()).contains("the issuer is no https URL"));
    }

    @Test
    void usersTokensGoOverOneTransportOnly() throws IOException {
        assertThat(problems(LOGIN, "transport: sse", "user_oauth"))
                .singleElement()
                .asString()
                .contains("need the transport streamable_http");
    }
}
