package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.yaml.Problem;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlNode;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Reads {@code gateway.yaml}: strict YAML, every key known, every reference defined. All problems are reported at once,
 * each with line, pointer and what to do; nothing starts with a configuration that has one.
 */
public final class ConfigFile {
    /** Of these a missing value can only mean that there is none. */
    private static final Set<String> MEANING_NONE = Set.of("none", "otlp_url");

    private ConfigFile() {}

    /** What reading gave. */
    public sealed interface Loaded {
        /** A configuration without problems. */
        record Good(GatewayConfig config) implements Loaded {}

        /** What is wrong. */
        record Bad(List<Problem> problems) implements Loaded {
            /** Copies the list. */
            public Bad {
                problems = List.copyOf(problems);
            }
        }
    }

    /** Reads a file; relative paths in it are relative to its folder. */
    public static Loaded read(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        return read(file.toString(), Files.readAllBytes(file), folder == null ? file.toAbsolutePath() : folder);
    }

    /** Reads the bytes of a file of that name in that folder. */
    public static Loaded read(String name, byte[] bytes, Path folder) {
        return switch (YamlReader.read(name, bytes)) {
            case YamlRead.Refused(List<Problem> problems) -> new Loaded.Bad(problems);
            case YamlRead.Tree(YamlNode root) -> read(root, folder);
        };
    }

    private static Loaded read(YamlNode root, Path folder) {
        Problems problems = new Problems();
        refuseKeysWithoutValue(root, problems);
        GatewayConfig config = new ConfigReader(folder, problems)
                .read(YamlValue.of(root, problems).object());
        return problems.isEmpty() ? new Loaded.Good(config) : new Loaded.Bad(problems.list());
    }

    /** They would be read as if they were left out: a limit that its template did not fill would be none. */
    private static void refuseKeysWithoutValue(YamlNode node, Problems problems) {
        if (node instanceof YamlNode.Sequence sequence) {
            sequence.items().forEach(item -> refuseKeysWithoutValue(item, problems));
        } else if (node instanceof YamlNode.Mapping mapping) {
            mapping.members().forEach((key, member) -> {
                if (member.value() instanceof YamlNode.Scalar scalar
                        && scalar.value().isNull()
                        && !MEANING_NONE.contains(key)) {
                    problems.add(member.key(), "'" + key + "' has no value", "Write a value or remove the key");
                } else {
                    refuseKeysWithoutValue(member.value(), problems);
                }
            });
        }
    }
}
