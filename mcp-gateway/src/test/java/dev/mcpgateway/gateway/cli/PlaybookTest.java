package dev.mcpgateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The commands that documents tell operators to give are commands, with these options. */
class PlaybookTest {
    private static final Path DOCUMENTS =
            Path.of(System.getProperty("basedir", ".")).resolve("docs");

    private static final Pattern COMMAND =
            Pattern.compile("^ *mcp-gateway ([^#`\\n]+)|`mcp-gateway ([^`]+)`", Pattern.MULTILINE);

    /** What the documents write for the options of each command at the operators' port. */
    private static final String ADMIN = "--admin http://127.0.0.1:8081 --token-file ops.token";

    @ParameterizedTest
    @ValueSource(strings = {"incident.md", "adopting.md"})
    void everyCommandOfThePlaybookExists(String document) throws IOException {
        List<String> commands = commands(Files.readString(DOCUMENTS.resolve(document)));

        assertThat(commands).hasSizeGreaterThan(4);
        assertThat(commands).filteredOn(command -> !isGood(command)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "freeze",
                "safe-mode on",
                "safe-mode on --why X ADMIN",
                "safe-mode on --reason X",
                "audit verify LOG --key K"
            })
    void whatIsNoCommandIsFound(String command) {
        // an abbreviated one, without any option, only has to be there
        assertThat(isGood(command)).isEqualTo(command.equals("safe-mode on"));
    }

    private static List<String> commands(String text) {
        return COMMAND.matcher(text)
                .results()
                .map(found -> Objects.requireNonNullElse(found.group(1), found.group(2))
                        .strip())
                .toList();
    }

    private static boolean isGood(String command) {
        List<String> words = List.of(command.replace("ADMIN", ADMIN).split(" +"));
        if (words.getFirst().equals("audit")) {
            return isGoodOfAudit(words);
        }
        if (words.stream().noneMatch(word -> word.startsWith("--"))) {
            return isThere(words);
        }
        CommandLine line = new CommandLine(new Commands());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        try {
            line.parseArgs(words.toArray(String[]::new));
            return true;
        } catch (ParameterException _) {
            return false;
        }
    }

    private static boolean isThere(List<String> words) {
        CommandLine at = new CommandLine(new Commands());
        for (String word : words) {
            CommandLine next = at.getSubcommands().get(word);
            if (next == null) {
                return false;
            }
            at = next;
        }
        return true;
    }

    /** The audit module reads its arguments itself; its help has each option. */
    private static boolean isGoodOfAudit(List<String> words) {
        ByteArrayOutputStream help = new ByteArrayOutputStream();
        List<String> asked = new ArrayList<>(words.subList(0, Math.min(2, words.size())));
        asked.add("--help");
        PrintStream out = new PrintStream(help, true, StandardCharsets.UTF_8);
        int code = Commands.run(asked.toArray(String[]::new), out, out);
        List<String> known = Stream.of(help.toString(StandardCharsets.UTF_8).split("[\\s\\[\\]]+"))
                .toList();
        return code == 0 && words.stream().filter(word -> word.startsWith("--")).allMatch(known::contains);
    }
}
