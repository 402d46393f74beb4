package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.rules.PolicyParse;
import dev.mcpgateway.policy.rules.PolicyParser;
import dev.mcpgateway.policy.rules.PolicySource;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads policy files for commands that only look at them. */
final class PolicyFiles {
    private PolicyFiles() {}

    /** The policy, if there is one, and all that is to be said about the files. */
    record Outcome(Optional<Policy> policy, List<Problem> problems, List<Problem> warnings) {}

    static Outcome load(List<Path> files, KnownNames known) {
        List<PolicySource> sources = new ArrayList<>();
        List<Problem> unreadable = new ArrayList<>();
        for (Path file : files) {
            try {
                sources.add(new PolicySource(file.toString(), Files.readAllBytes(file)));
            } catch (IOException failure) {
                unreadable.add(new Problem(
                        file.toString(),
                        0,
                        0,
                        "",
                        "the policy file cannot be read: " + PlainText.words(failure),
                        "Check the path and its rights"));
            }
        }
        if (!unreadable.isEmpty()) {
            return new Outcome(Optional.empty(), unreadable, List.of());
        }
        return switch (PolicyParser.parse(sources, known)) {
            case PolicyParse.Parsed(Policy policy, List<Problem> warnings) ->
                new Outcome(Optional.of(policy), List.of(), warnings);
            case PolicyParse.Rejected rejected -> new Outcome(Optional.empty(), rejected.problems(), List.of());
        };
    }

    /** The names that a configuration defines; tools are known only to a running gateway. */
    static KnownNames known(GatewayConfig config) {
        return new KnownNames(
                config.issuerAliases(),
                config.upstreams().keySet(),
                Set.of(),
                config.models().map(models -> models.aliases().keySet()).orElse(Set.of()),
                config.models().map(Models::places).orElse(Set.of()));
    }
}
