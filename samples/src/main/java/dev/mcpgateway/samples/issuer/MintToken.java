package dev.mcpgateway.samples.issuer;

import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.BadUsage;
import dev.mcpgateway.samples.launch.Launch;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks a running {@link SampleIssuer} for a token and prints it: {@code TOKEN=$(sample mint --state … --sub …)}. */
public final class MintToken {
    private static final String USAGE = """
            Usage: mint --state FOLDER --sub NAME --resource URL [--scope 'A B'] [--groups A,B]
                        [--agent ID] [--tenant NAME] [--team NAME] [--lifetime_s N]
              --state       the state folder of the issuer
              --sub         who the token is for
              --resource    the one server that may accept it (aud)
              --agent       client_id in the token (sample-agent)
              --lifetime_s  seconds until it expires (900, at most 3600)""";

    private static final List<String> PARAMETERS =
            List.of("sub", "resource", "scope", "groups", "agent", "tenant", "team", "lifetime_s");

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private MintToken() {}

    /** Prints one token on standard output, or what went wrong on standard error. */
    public static void main(String... args) throws InterruptedException {
        try {
            Arguments arguments = Arguments.of(args);
            Path folder = arguments.requiredPath("state");
            Map<String, String> form = new LinkedHashMap<>();
            form.put("grant_type", "client_credentials");
            PARAMETERS.forEach(name -> arguments.text(name).ifPresent(value -> form.put(name, value)));
            arguments.done();
            System.out.println(ask(folder, form));
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "no token: " + Launch.reason(e));
        }
    }

    private static String ask(Path folder, Map<String, String> form) throws IOException, InterruptedException {
        String credentials = IssuerState.CLIENT_ID + ":" + IssuerState.clientSecret(folder);
        String basic = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create(IssuerState.issuerUrl(folder) + "/token"))
                .timeout(TIMEOUT)
                .header("Authorization", "Basic " + basic)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encode(form)))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode answer = JsonMapper.builder().build().readTree(response.body());
            if (response.statusCode() != 200) {
                throw new IOException(answer.path("error_description").asString("status " + response.statusCode()));
            }
            return answer.path("access_token").asString();
        }
    }

    private static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
