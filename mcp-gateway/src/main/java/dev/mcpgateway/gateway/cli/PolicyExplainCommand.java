package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.policy.Explanation;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.RuleTrace;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.Visibility;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code policy explain}: what would the policy say, and why? */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Says what the policy decides for a caller and a tool, and why: every rule that names the tool, whether it",
            "matches, and if not, which key does not hold."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the call would be permitted",
            "1:it would be refused",
            "2:wrong usage",
            "3:the policy cannot be read"
        },
        footer = {
            "%nExamples:",
            "  mcp-gateway policy explain --policy policy.yaml --tool crm__get_customer \\",
            "      --as '{\"issuer\":\"corp\",\"subject\":\"u1\",\"groups\":[\"support\"],\"scopes\":[\"mcp:crm:read\"]}'",
            "  mcp-gateway policy explain --config gateway.yaml --tool files__read_file --as claims.json"
        })
final class PolicyExplainCommand implements Callable<Integer> {
    private static final Set<String> KEYS = Set.of("issuer", "subject", "client_id", "groups", "scopes", "claims");

    @Option(
            names = "--as",
            required = true,
            paramLabel = "CLAIMS",
            description = {
                "The caller: inline JSON, a file with it, or - for standard input. Keys: issuer (alias of",
                "gateway.yaml), subject, client_id, groups, scopes, claims."
            })
    String claims = "";

    @Option(
            names = "--tool",
            required = true,
            paramLabel = "NAME",
            description = "The tool's canonical name, <alias>__<tool>.")
    String tool = "";

    @Option(names = "--args", paramLabel = "JSON", description = "The call's arguments. No rule reads them yet.")
    @Nullable
    String arguments;

    @Option(names = "--policy", paramLabel = "FILE", description = "A policy file; may be given several times.")
    List<Path> policyFiles = new ArrayList<>();

    @Option(names = "--config", paramLabel = "FILE", description = "gateway.yaml; explains the policy files it names.")
    @Nullable
    Path config;

    @Option(names = "--at", paramLabel = "INSTANT", description = "The time of the call, RFC 3339. Default: now.")
    @Nullable
    String at;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        if (policyFiles.isEmpty() == (config == null)) {
            throw wrong("give either --policy or --config");
        }
        FeatureName name =
                FeatureName.parseTool(tool).orElseThrow(() -> wrong("--tool must be <alias>__<tool>: " + tool));
        Subject subject = subject();
        if (arguments != null) {
            parse(arguments, "--args");
        }
        PolicyFiles.Outcome outcome = load(err);
        if (outcome.policy().isEmpty()) {
            outcome.problems().forEach(problem -> err.println(problem.render()));
            return ExitCode.FAILED;
        }
        Policy policy = outcome.policy().get();
        Explanation explanation = policy.explain(subject, name, null, time());
        print(spec.commandLine().getOut(), explanation);
        return explanation.verdict() == Explanation.Verdict.PERMIT ? ExitCode.OK : ExitCode.PROBLEMS;
    }

    private Instant time() {
        try {
            return at == null ? InstantSource.system().instant() : Instant.parse(at);
        } catch (DateTimeParseException malformed) {
            throw wrong("--at must be like 2026-11-01T12:00:00Z: " + at);
        }
    }

    private PolicyFiles.Outcome load(PrintWriter err) throws IOException {
        Path file = config;
        if (file == null) {
            return PolicyFiles.load(policyFiles, KnownNames.none());
        }
        return switch (ConfigFile.read(file)) {
            case Loaded.Good(GatewayConfig good) -> PolicyFiles.load(good.policyFiles(), PolicyFiles.known(good));
            case Loaded.Bad(List<Problem> problems) -> {
                err.println(file + " has problems:");
                yield new PolicyFiles.Outcome(Optional.empty(), problems, List.of());
            }
        };
    }

    private Subject subject() throws IOException {
        JsonNode json = parse(text(), "--as");
        if (!json.isObject()) {
            throw wrong("--as must be a JSON object");
        }
        json.propertyNames().forEach(key -> {
            if (!KEYS.contains(key)) {
                throw wrong("--as has an unknown key '" + key + "'; known: " + String.join(", ", KEYS));
            }
        });
        Map<String, JsonNode> others = new HashMap<>();
        json.path("claims").properties().forEach(claim -> others.put(claim.getKey(), claim.getValue()));
        return new Subject(
                json.path("issuer").asString(""),
                json.path("subject").asString(""),
                json.has("client_id") ? json.path("client_id").asString() : null,
                strings(json.path("groups")),
                strings(json.path("scopes")),
                others);
    }

    private String text() throws IOException {
        if (claims.equals("-")) {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
        return claims.stripLeading().startsWith("{") ? claims : Files.readString(Path.of(claims));
    }

    private JsonNode parse(@Nullable String json, String option) {
        try {
            return JsonMapper.shared().readTree(json);
        } catch (JacksonException malformed) {
            throw wrong(option + " is not JSON: " + malformed.getOriginalMessage());
        }
    }

    private static Set<String> strings(JsonNode array) {
        Set<String> strings = new LinkedHashSet<>();
        array.forEach(each -> strings.add(each.asString()));
        return strings;
    }

    private static void print(PrintWriter out, Explanation explanation) {
        out.println("tool      " + explanation.feature().canonical());
        out.println("decision  " + explanation.verdict().name().toLowerCase(Locale.ROOT));
        explanation.decidingRule().ifPresent(rule -> out.println("rule      " + rule));
        out.println("agent     " + sees(explanation.visibility()));
        out.println("policy    " + explanation.policyHash());
        if (explanation.rules().isEmpty()) {
            out.println("No rule names this tool.");
        }
        for (RuleTrace rule : explanation.rules()) {
            out.println((rule.applies() ? "  * " : "  - ") + rule.ruleId() + " ("
                    + rule.effect().name().toLowerCase(Locale.ROOT) + "): " + why(rule));
        }
    }

    private static String sees(Visibility visibility) {
        return switch (visibility) {
            case Visibility.Visible _ -> "sees the tool and may call it";
            case Visibility.Hidden _ -> "does not see the tool; a call answers as for an unknown tool";
            case Visibility.NeedsScope(var scopes) ->
                "does not see the tool; a call answers 403 asking for scope " + String.join(" ", scopes);
        };
    }

    private static String why(RuleTrace rule) {
        if (rule.applies()) {
            return "matches";
        }
        List<String> reasons = new ArrayList<>(rule.reasons());
        if (!rule.missingScopes().isEmpty()) {
            reasons.add("missing scopes " + String.join(" ", rule.missingScopes()));
        }
        return String.join("; ", reasons);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
