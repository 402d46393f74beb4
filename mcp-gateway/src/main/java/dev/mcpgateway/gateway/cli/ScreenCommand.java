package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.policy.screen.Finding;
import dev.mcpgateway.policy.screen.PatternSet;
import dev.mcpgateway.policy.screen.Place;
import dev.mcpgateway.policy.screen.ResponseScreen;
import dev.mcpgateway.policy.screen.Segment;
import dev.mcpgateway.policy.screen.Verdict;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code screen}: scores texts offline with the shipped patterns, to measure them or to look into a false alarm. */
@Command(
        name = "screen",
        mixinStandardHelpOptions = true,
        description = {
            "Scores texts with the shipped screening patterns. Offline and deterministic.",
            "",
            "Input: JSON lines {\"id\",\"text\",\"where\"}; where is tool_output (also for unknown values),",
            "tool_definition, prompt, argument, … Output: one JSON line per record, in order,",
            "{\"id\",\"score\",\"action\",\"findings\":[{\"rule\",\"family\",\"start\",\"end\"}]}: score from 0 to 1,",
            "higher is worse; action is what enforcing would do; start and end count UTF-16 units of the text."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:a line is not such a record; the lines before it were scored",
            "2:wrong usage",
            "3:a file cannot be read or written"
        },
        footer = {"%nExample:", "  mcp-gateway screen --input texts.jsonl --output scores.jsonl"})
final class ScreenCommand implements Callable<Integer> {
    private static final Map<String, Place> PLACES = Map.of(
            "tool_definition", Place.TOOL_DEFINITION,
            "prompt", Place.PROMPT,
            "argument", Place.ARGUMENT,
            "resource", Place.RESOURCE,
            "error", Place.ERROR,
            "progress", Place.PROGRESS);

    @Option(names = "--input", required = true, paramLabel = "FILE", description = "Texts, one JSON object a line.")
    Path input = Path.of("");

    @Option(names = "--output", required = true, paramLabel = "FILE", description = "Scores, one JSON object a line.")
    Path output = Path.of("");

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        ResponseScreen screen = new ResponseScreen(PatternSet.shipped());
        int number = 0;
        try (BufferedReader in = Files.newBufferedReader(input);
                BufferedWriter out = Files.newBufferedWriter(output)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                JsonNode record = JsonMapper.shared().readTree(line);
                if (!record.path("text").isString()) {
                    err.println(input + ":" + number + ": \"text\" is missing or no string");
                    return ExitCode.PROBLEMS;
                }
                out.write(JsonMapper.shared().writeValueAsString(score(screen, record)));
                out.newLine();
            }
            spec.commandLine().getOut().println(number + " lines scored to " + output);
            return ExitCode.OK;
        } catch (JacksonException malformed) {
            err.println(input + ":" + number + ": no JSON object: " + malformed.getOriginalMessage());
            return ExitCode.PROBLEMS;
        } catch (IOException failure) {
            err.println("cannot read " + input + " or write " + output + ": " + failure.getMessage());
            return ExitCode.FAILED;
        }
    }

    private static ObjectNode score(ResponseScreen screen, JsonNode record) {
        Place place = PLACES.getOrDefault(record.path("where").asString(""), Place.TOOL_OUTPUT);
        Verdict verdict =
                screen.scan(List.of(Segment.ofText(place, record.path("text").stringValue())));
        ObjectNode line = JsonMapper.shared().createObjectNode();
        line.set("id", record.path("id"));
        line.put("score", verdict.score());
        line.put("action", verdict.wouldAction().name().toLowerCase(Locale.ROOT));
        ArrayNode findings = line.putArray("findings");
        for (Finding finding : verdict.findings()) {
            findings.addObject()
                    .put("rule", finding.rule())
                    .put("family", finding.family())
                    .put("start", finding.start())
                    .put("end", finding.end());
        }
        return line;
    }
}
