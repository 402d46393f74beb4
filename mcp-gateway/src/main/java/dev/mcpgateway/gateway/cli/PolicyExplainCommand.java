package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.identity.ScopeHierarchy;
import dev.mcpgateway.policy.CallLimits;
import dev.mcpgateway.policy.Explanation;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.RuleTrace;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.Visibility;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code policy explain}: what would the policy say, and why? */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Says what the policy decides for a caller and a tool, prompt, resource or model, and why: every rule that names",
            "it, whether it matches, and if not, which key does not hold. Of a model also its guardrails and, with --config,",
            "who serves it and which budgets count its calls."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the use would be permitted",
            "1:it would be refused, or no model is called so",
            "2:wrong usage",
            "3:the policy cannot be read"
        },
        footer = {
            "%nExamples:",
            "  mcp-gateway policy explain --policy policy.yaml --tool crm__get_customer \\",
            "      --as '{\"issuer\":\"corp\",\"subject\":\"u1\",\"groups\":[\"support\"],\"scopes\":[\"mcp:crm:read\"]}'",
            "  mcp-gateway policy explain --config gateway.yaml --tool files__read_file --as claims.json",
            "  mcp-gateway policy explain --config gateway.yaml --resource files__file:///docs/a.md --as claims.json",
            "  mcp-gateway policy explain --config gateway.yaml --model gpt --as claims.json"
        })
final class PolicyExplainCommand implements Callable<Integer> {
    @Option(
            names = "--as",
            required = true,
            paramLabel = "CLAIMS",
            description = {
                "The caller: inline JSON, a file with it, or - for standard input. Keys: issuer (alias of",
                "gateway.yaml), subject, client_id, groups, scopes, claims, tenant."
            })
    String claims = "";

    @ArgGroup(exclusive = true, multiplicity = "1")
    Asked asked = new Asked();

    /** What is asked about: exactly one of these. */
    static final class Asked {
        @Option(names = "--tool", paramLabel = "NAME", description = "The tool's canonical name, <alias>__<tool>.")
        @Nullable
        String tool;

        @Option(
                names = "--prompt",
                paramLabel = "NAME",
                description = "The prompt's canonical name, <alias>__<prompt>.")
        @Nullable
        String prompt;

        @Option(
                names = "--resource",
                paramLabel = "NAME",
                description = "The resource's canonical name, <alias>__<uri>.")
        @Nullable
        String resource;

        @Option(
                names = "--model",
                paramLabel = "ALIAS",
                description = "The model's alias, with or without model: before it.")
        @Nullable
        String model;

        FeatureKind kind() {
            if (model != null) {
                return FeatureKind.MODEL;
            }
            if (tool != null) {
                return FeatureKind.TOOL;
            }
            return prompt != null ? FeatureKind.PROMPT : FeatureKind.RESOURCE;
        }

        String name() {
            if (model != null) {
                return model.startsWith(FeatureName.MODELS) ? model : FeatureName.MODELS + model;
            }
            if (tool != null) {
                return tool;
            }
            return Objects.requireNonNullElse(prompt != null ? prompt : resource, "");
        }
    }

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
        FeatureName name = name();
        Subject subject = subject();
        if (arguments != null) {
            if (name.kind() == FeatureKind.RESOURCE || name.kind() == FeatureKind.MODEL) {
                throw wrong("--args has no meaning with --" + noun(name.kind()));
            }
            try {
                var _ = StatedCallers.json(arguments, "--args");
            } catch (IllegalArgumentException malformed) {
                throw wrong(String.valueOf(malformed.getMessage()));
            }
        }
        Optional<GatewayConfig> configured = Optional.empty();
        if (config != null) {
            configured = configured(config, err);
            if (configured.isEmpty()) {
                return ExitCode.FAILED;
            }
        }
        PolicyFiles.Outcome outcome = configured
                .map(good -> PolicyFiles.load(good.policyFiles(), PolicyFiles.known(good)))
                .orElseGet(() -> PolicyFiles.load(policyFiles, KnownNames.none()));
        if (outcome.policy().isEmpty()) {
            outcome.problems().forEach(problem -> err.println(problem.render()));
            return ExitCode.FAILED;
        }
        Policy policy = outcome.policy().get();
        if (configured.isPresent()) {
            subject = withImpliedScopes(subject, configured.get());
        }
        Instant now = time();
        Explanation explanation = policy.explain(subject, name, null, now);
        PrintWriter out = spec.commandLine().getOut();
        print(out, explanation);
        boolean permitted = explanation.verdict() == Explanation.Verdict.PERMIT;
        if (name.kind() == FeatureKind.TOOL) {
            out.println("Its server may " + (policy.maySample(subject, name, now) ? "" : "not ")
                    + "ask the agent's model (sampling/createMessage).");
        }
        if (name.kind() == FeatureKind.MODEL) {
            permitted &= configured.isEmpty()
                    || new ExplainedModel(configured.get(), out)
                            .print(subject, name.own(), policy.residency(subject, name), permitted, now);
            if (permitted) {
                ExplainedGuardrails.print(out, policy.modelRules(subject, name));
                if (configured.isEmpty()) {
                    out.println("residency " + policy.residency(subject, name).words());
                }
            }
        }
        return permitted ? ExitCode.OK : ExitCode.PROBLEMS;
    }

    private FeatureName name() {
        String noun = noun(asked.kind());
        return FeatureName.parse(asked.kind(), asked.name())
                .orElseThrow(() -> wrong("--" + noun + " must be "
                        + switch (asked.kind()) {
                            case MODEL -> "a model's alias";
                            case RESOURCE -> "<alias>__<uri>";
                            case TOOL, PROMPT -> "<alias>__<" + noun + ">";
                        }
                        + ": " + asked.name()));
    }

    private static String noun(FeatureKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private Instant time() {
        try {
            return at == null ? InstantSource.system().instant() : Instant.parse(at);
        } catch (DateTimeParseException malformed) {
            throw wrong("--at must be like 2026-11-01T12:00:00Z: " + at);
        }
    }

    /** As the gateway takes a token: {@code scopes.implies} of the configuration. */
    private static Subject withImpliedScopes(Subject caller, GatewayConfig config) {
        return new Subject(
                caller.issuer(),
                caller.subject(),
                caller.clientId(),
                caller.groups(),
                new ScopeHierarchy(config.impliedScopes()).expand(caller.scopes()),
                caller.claims(),
                caller.tenant());
    }

    private static Optional<GatewayConfig> configured(Path file, PrintWriter err) throws IOException {
        return switch (ConfigFile.read(file)) {
            case Loaded.Good(GatewayConfig good) -> Optional.of(good);
            case Loaded.Bad(List<Problem> problems) -> {
                err.println(file + " has problems:");
                problems.forEach(problem -> err.println(problem.render()));
                yield Optional.empty();
            }
        };
    }

    private Subject subject() throws IOException {
        try {
            List<Subject> callers = StatedCallers.read(claims);
            if (callers.size() != 1) {
                throw wrong("--as must be one caller");
            }
            return callers.getFirst();
        } catch (IllegalArgumentException malformed) {
            throw wrong(String.valueOf(malformed.getMessage()));
        }
    }

    private static void print(PrintWriter out, Explanation explanation) {
        FeatureName feature = explanation.feature();
        out.printf(Locale.ROOT, "%-9s %s%n", noun(feature.kind()), feature.canonical());
        out.println("decision  " + explanation.verdict().name().toLowerCase(Locale.ROOT));
        explanation.decidingRule().ifPresent(rule -> out.println("rule      " + rule));
        out.println("agent     " + sees(explanation.visibility(), feature.kind()));
        String limits = limits(explanation.limits());
        if (!limits.isEmpty()) {
            out.println("limits    " + limits);
        }
        out.println("policy    " + explanation.policyHash());
        if (explanation.rules().isEmpty()) {
            out.println("No rule about " + feature.kind().action() + " names this " + noun(feature.kind()) + ".");
        }
        if (explanation.verdict() != Explanation.Verdict.PERMIT && feature.own().startsWith(Policy.APP_SCHEME)) {
            out.println(
                    "A tool that the caller sees and that shows this resource lets it be read, unless a rule forbids it.");
        }
        for (RuleTrace rule : explanation.rules()) {
            out.println((rule.applies() ? "  * " : "  - ") + rule.ruleId() + " ("
                    + rule.effect().name().toLowerCase(Locale.ROOT) + "): " + why(rule));
        }
    }

    private static String limits(CallLimits limits) {
        List<String> words = new ArrayList<>();
        limits.callsPerMinute().ifPresent(calls -> words.add(calls + " calls a minute"));
        limits.resultBytesMax().ifPresent(bytes -> words.add(bytes + " bytes of a result"));
        return String.join(", ", words);
    }

    private static String sees(Visibility visibility, FeatureKind kind) {
        String noun = noun(kind);
        String use = switch (kind) {
            case TOOL, MODEL -> "call";
            case PROMPT -> "get";
            case RESOURCE -> "read";
        };
        return switch (visibility) {
            case Visibility.Visible _ -> "sees the " + noun + " and may " + use + " it";
            case Visibility.Hidden _ ->
                "does not see the " + noun + "; a " + use + " answers as for an unknown " + noun;
            case Visibility.NeedsScope(var scopes) ->
                "does not see the " + noun + "; a " + use + " answers 403 asking for scope " + String.join(" ", scopes);
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
