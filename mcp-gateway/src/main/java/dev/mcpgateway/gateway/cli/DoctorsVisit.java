package dev.mcpgateway.gateway.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A marked call as an agent makes it, by the way that agents take: whether all that is between them and the gateway passes on
 * what it should, once. The trace that it is made in tells it from others in the audit log.
 */
final class DoctorsVisit {
    private static final Duration PATIENCE = Duration.ofSeconds(75);
    private static final List<String> HEADERS =
            List.of("x-gateway-call-id", "x-gateway-served-model", "x-gateway-attempts");

    private final AdminClient admin;
    private final URI url;
    private final Path key;
    private final boolean embeddings;
    private final RandomGenerator random;

    /** By {@code url}, which ends in {@code /v1}, with a key of an agent; asks for embeddings or for an answer. */
    DoctorsVisit(AdminClient admin, URI url, Path key, boolean embeddings, RandomGenerator random) {
        this.admin = admin;
        this.url = url;
        this.key = key;
        this.embeddings = embeddings;
        this.random = random;
    }

    /** What was found, each with the members {@code check}, {@code verdict}, {@code says} and {@code todo}. */
    List<Map<String, String>> of(String alias) throws IOException {
        String mark = HexFormat.of().toHexDigits(random.nextLong()).substring(4);
        String trace =
                HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextLong() | 1);
        String parent = HexFormat.of().toHexDigits(random.nextLong() | 1);
        OneRequest.Answer answer = OneRequest.send(
                url,
                "POST",
                path() + (embeddings ? "/embeddings" : "/chat/completions"),
                key,
                Map.of("traceparent", "00-" + trace + "-" + parent + "-01", "x-gateway-cache", "no-store"),
                body(alias, mark),
                PATIENCE,
                HEADERS);
        List<Map<String, String>> findings = new ArrayList<>();
        findings.add(
                answer.status() == 200
                        ? good("answer", "200")
                        : fault(
                                "answer",
                                answer.status() + ": " + message(answer.text()),
                                "see whether the key may use the model, and what answers there"));
        headers(findings, answer);
        calls(findings, answer, trace);
        return findings;
    }

    private String body(String alias, String mark) {
        String text = PlainText.quote("This tests a connection. Answer with this word and nothing else: " + mark);
        return "{\"model\":" + PlainText.quote(alias)
                + (embeddings
                        ? ",\"input\":" + text + "}"
                        : ",\"max_completion_tokens\":32,\"messages\":[{\"role\":\"user\",\"content\":" + text + "}]}");
    }

    private String path() {
        String path = url.getPath() == null ? "" : url.getPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static void headers(List<Map<String, String>> findings, OneRequest.Answer answer) {
        List<String> missing = new ArrayList<>();
        if (answer.header("x-gateway-call-id").isEmpty()) {
            missing.add("x-gateway-call-id");
        }
        if (answer.status() == 200 && answer.header("x-gateway-attempts").isEmpty()) {
            missing.add("x-gateway-attempts");
        }
        String served = servedModel(answer.text());
        if (answer.status() == 200
                && !served.isEmpty()
                && !answer.header("x-gateway-served-model").equals(served)) {
            missing.add("x-gateway-served-model");
        }
        findings.add(
                missing.isEmpty()
                        ? good("headers", "what the gateway says arrives")
                        : fault(
                                "headers",
                                String.join(", ", missing) + (missing.size() == 1 ? " does" : " do")
                                        + " not arrive as the gateway sends it",
                                "see what strips header fields in front of the gateway, or whether this is the gateway"));
    }

    /** A trace that the log does not know was replaced on the way; one that it knows twice was sent twice. */
    private void calls(List<Map<String, String>> findings, OneRequest.Answer answer, String trace) throws IOException {
        Map<String, String> calls = new LinkedHashMap<>();
        admin.ask("GET", "/models/doctor?trace=" + trace, "")
                .path("calls")
                .forEach(each -> calls.put(
                        each.path("call").asString(""), each.path("refused").asString("")));
        String told = answer.header("x-gateway-call-id");
        if (calls.isEmpty()) {
            findings.add(fault(
                    "trace",
                    "no call of this gateway is in the trace that was sent",
                    "see what strips or replaces traceparent in front of the gateway, or which gateway that is"));
        } else if (calls.size() > 1) {
            findings.add(fault(
                    "calls",
                    "one call was sent, and " + calls.size() + " came: " + String.join(", ", calls.keySet()),
                    "switch off what sends calls again in front of the gateway: it alone retries"));
        } else if (!told.isEmpty() && !calls.containsKey(told)) {
            findings.add(fault(
                    "calls",
                    "the answer is of call " + told + ", and the one that came is " + calls.keySet(),
                    "look for a cache in front of the gateway"));
        } else {
            findings.add(good("calls", "one was sent, and one came, in its trace"));
        }
    }

    private static String servedModel(String body) {
        return text(body, "/model");
    }

    private static String message(String body) {
        return PlainText.printable(text(body, "/error/message"));
    }

    private static String text(String body, String pointer) {
        try {
            JsonNode at = JsonMapper.shared().readTree(body).at(pointer);
            return at.asString("");
        } catch (JacksonException noJson) {
            return "";
        }
    }

    private static Map<String, String> good(String check, String says) {
        return Map.of("check", check, "verdict", "good", "says", says, "todo", "");
    }

    private static Map<String, String> fault(String check, String says, String todo) {
        return Map.of("check", check, "verdict", "fault", "says", says, "todo", todo);
    }
}
