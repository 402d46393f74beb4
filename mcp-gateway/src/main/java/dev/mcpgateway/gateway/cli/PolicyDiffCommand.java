package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.identity.ScopeHierarchy;
import dev.mcpgateway.gateway.keys.KeyFile;
import dev.mcpgateway.gateway.keys.VirtualKey;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.PolicyDiff;
import dev.mcpgateway.policy.PolicyDiff.Change;
import dev.mcpgateway.policy.PolicyDiff.Setting;
import dev.mcpgateway.policy.PolicyDiff.Who;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.TypicalCallers;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code policy diff}: what would a change do, and to whom? */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = {
            "Says what other policy files would do to whom, before they are taken over: who gains, who loses, whose caps",
            "and whose guardrails of models change. Looked at are callers of whom the rules speak (one for each combination",
            "of the issuers, groups and so on that a rule names; those that a forbid names also as holders of each",
            "permit), with --config every virtual key that is good, and those of --as; and tools, prompts, resources and",
            "models that the policies name, with --config every model. What tools: and screening: say of a tool is compared",
            "for the names that they write out, * as any."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:nothing changes for them",
            "1:something changes; printed",
            "2:wrong usage",
            "3:a file cannot be read or has problems"
        },
        footer = {
            "%nExamples:",
            "  mcp-gateway policy diff --config gateway.yaml --new policy-new.yaml",
            "  mcp-gateway policy diff --old policy.yaml --new policy-new.yaml --as callers.json"
        })
final class PolicyDiffCommand implements Callable<Integer> {
    @Option(names = "--old", paramLabel = "FILE", description = "A policy file as it is; may be given several times.")
    List<Path> before = new ArrayList<>();

    @Option(
            names = "--new",
            required = true,
            paramLabel = "FILE",
            description = "A policy file as it would be; may be given several times, all that there would be.")
    List<Path> after = new ArrayList<>();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "gateway.yaml: its models, its virtual keys and, without --old, its policy files.")
    @Nullable
    Path config;

    @Option(
            names = "--as",
            paramLabel = "CALLERS",
            description =
                    "Further callers: a JSON object as for policy explain, or a list of them; inline, a file, or -.")
    @Nullable
    String stated;

    @Spec
    CommandSpec spec = CommandSpec.create();

    private final Wiring wiring = Wiring.production(BuildVersion.text());

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        if (before.isEmpty() && config == null) {
            throw new ParameterException(spec.commandLine(), "give --old, or --config for the files that it names");
        }
        Optional<GatewayConfig> configured = Optional.empty();
        if (config != null) {
            switch (ConfigFile.read(config)) {
                case Loaded.Good(GatewayConfig good) -> configured = Optional.of(good);
                case Loaded.Bad(List<Problem> problems) -> {
                    problems.forEach(problem -> err.println(problem.render()));
                    return ExitCode.FAILED;
                }
            }
        }
        KnownNames known = configured.map(PolicyFiles::known).orElse(KnownNames.none());
        List<Path> now = before.isEmpty() ? configured.orElseThrow().policyFiles() : before;
        Optional<Policy> old = policy(now, known, false);
        Optional<Policy> changed = policy(after, known, true);
        if (old.isEmpty() || changed.isEmpty()) {
            return ExitCode.FAILED;
        }
        return compare(old.get(), changed.get(), configured);
    }

    /** Warnings about what is in force are nothing new. */
    private Optional<Policy> policy(List<Path> files, KnownNames known, boolean warns) {
        PrintWriter err = spec.commandLine().getErr();
        PolicyFiles.Outcome outcome = PolicyFiles.load(files, known);
        outcome.problems().forEach(problem -> err.println(problem.render()));
        if (warns) {
            outcome.warnings().forEach(warning -> err.println("warning: " + warning.render()));
        }
        return outcome.policy();
    }

    private int compare(Policy old, Policy changed, Optional<GatewayConfig> configured) throws IOException {
        Instant now = wiring.clock().instant();
        TypicalCallers.Found typical = TypicalCallers.of(List.of(old, changed));
        List<Who> callers = new ArrayList<>(keys(configured, now));
        callers.addAll(stated());
        callers.addAll(typical.callers());
        List<FeatureName> features = PolicyDiff.features(
                List.of(old, changed),
                configured.map(good -> good.upstreams().keySet()).orElse(Set.of()),
                configured
                        .flatMap(GatewayConfig::models)
                        .map(models -> models.aliases().keySet())
                        .orElse(Set.of()));
        PrintWriter out = spec.commandLine().getOut();
        rules(out, old, changed);
        List<Change> changes = PolicyDiff.of(old, changed, callers, features, now);
        print(out, changes);
        List<Setting> settings = PolicyDiff.settings(old, changed, features);
        settings.forEach(setting -> out.printf(
                Locale.ROOT,
                "%-10s %s, whoever uses it%n             %s -> %s%n",
                "settings",
                setting.feature().canonical(),
                setting.before(),
                setting.after()));
        boolean isSame = changes.isEmpty() && settings.isEmpty();
        out.println(callers.size() + " callers and " + features.size() + " names were compared"
                + (typical.isCut() ? "; there are more, give those that matter by --as" : "")
                + (isSame ? ": nothing changes for them" : ""));
        return isSame ? ExitCode.OK : ExitCode.PROBLEMS;
    }

    /** Who holds a key is known to the last group; who has a token is known to the issuer. */
    private static List<Who> keys(Optional<GatewayConfig> configured, Instant now) throws IOException {
        if (configured.isEmpty() || configured.get().virtualKeys().isEmpty()) {
            return List.of();
        }
        GatewayConfig good = configured.get();
        String issuer = good.virtualKeys().orElseThrow().issuer();
        return new KeyFile(good.stateDir())
                .read().values().stream()
                        .filter(key -> key.isGood(now))
                        .map(key ->
                                new Who("key " + key.id() + " (" + key.name() + ")", holder(good, issuer, key), false))
                        .toList();
    }

    private static Subject holder(GatewayConfig config, String issuer, VirtualKey key) {
        VirtualKey.Holder holder = key.holder();
        return new Subject(
                issuer,
                holder.subject(),
                holder.clientId(),
                holder.groups(),
                new ScopeHierarchy(config.impliedScopes()).expand(holder.scopes()),
                Map.of(),
                holder.tenant());
    }

    private List<Who> stated() throws IOException {
        if (stated == null) {
            return List.of();
        }
        try {
            return StatedCallers.read(stated).stream()
                    .map(caller -> new Who(
                            "caller " + caller.issuer() + "/" + caller.subject() + " "
                                    + caller.groups().stream().sorted().toList(),
                            caller,
                            false))
                    .toList();
        } catch (IllegalArgumentException malformed) {
            throw new ParameterException(spec.commandLine(), String.valueOf(malformed.getMessage()), malformed);
        }
    }

    private static void rules(PrintWriter out, Policy old, Policy changed) {
        Map<String, Rule> were = byId(old);
        Map<String, Rule> are = byId(changed);
        List<String> words = new ArrayList<>();
        are.forEach((id, rule) -> {
            Rule was = were.get(id);
            if (was == null) {
                words.add("+" + id);
            } else if (!was.equals(rule)) {
                words.add("~" + id);
            }
        });
        were.keySet().stream().filter(id -> !are.containsKey(id)).forEach(id -> words.add("-" + id));
        out.println("rules     " + (words.isEmpty() ? "the same" : String.join(" ", words)));
    }

    private static Map<String, Rule> byId(Policy policy) {
        return policy.rules().stream()
                .collect(Collectors.toMap(Rule::id, Function.identity(), (one, _) -> one, LinkedHashMap::new));
    }

    /** One who changes alike for many names is one entry. */
    private record Alike(PolicyDiff.Kind kind, Who who, String before, String after) {}

    private static void print(PrintWriter out, List<Change> changes) {
        Map<Alike, List<String>> entries = new LinkedHashMap<>();
        changes.forEach(change -> entries.computeIfAbsent(
                        new Alike(change.kind(), change.who(), change.before(), change.after()), _ -> new ArrayList<>())
                .add(change.feature().canonical()));
        entries.forEach((alike, names) -> {
            out.printf(
                    Locale.ROOT,
                    "%-10s %s%n",
                    alike.kind().name().toLowerCase(Locale.ROOT),
                    PlainText.printable(alike.who().name()));
            out.println("             " + String.join(" ", names));
            out.println("             " + alike.before() + " -> " + alike.after());
        });
    }
}
