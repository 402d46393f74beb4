package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.model.doctor.Doctor;
import dev.mcpgateway.gateway.model.doctor.Planned;
import dev.mcpgateway.gateway.model.money.Usd;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code doctor}: do calls of models go where they should, and come back whole? */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Sends marked calls to models through a running gateway and compares what comes back with the plan. Finds faults",
            "that still return 200: another model, another provider, a stripped header, an answer without usage or without its",
            "end, retries by others, and records or costs that say something else.",
            "",
            "Each model that is named (all by default) is called once by its route, and each of its targets once for a whole",
            "answer and once for a stream. The calls are small and paid from models.doctor.daily_usd; --plan says what they can",
            "cost at most, and sends nothing. They need a rule for {issuer: gateway, subject: doctor}, are recorded like all",
            "others, and are refused in safe mode. With --through and --key-file one call more is made for each model, by the way",
            "that agents take and at the expense of the key's owner: whether anything in front of the gateway strips or repeats.",
            "A proxy behind the gateway that sends requests again and does not say so cannot be seen from here: look for the",
            "mark in its log, or the provider's.",
            "",
            "No configuration says what a model is for. So without names all models are asked to chat, and with --embeddings",
            "all that OpenAI's protocol reaches are asked for embeddings: where there are both, name the models of one kind."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is as planned",
            "1:something is not",
            "2:wrong usage",
            "3:the gateway does not answer or refuses, or a file cannot be read"
        },
        footer = {
            "%nExamples:",
            "  mcp-gateway doctor --plan --admin http://127.0.0.1:8081 --token-file ops.token",
            "  mcp-gateway doctor gpt --config gateway.yaml --admin http://127.0.0.1:8081 --token-file ops.token",
            "  mcp-gateway doctor gpt --through https://models.example/v1 --key-file my.key --admin http://127.0.0.1:8081"
                    + " --token-file ops.token"
        })
final class DoctorCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Doctor.PATIENCE.plusSeconds(20);
    private static final Set<String> USUAL = Set.of("route", "whole", "streamed");

    @Parameters(paramLabel = "MODEL", description = "Models by the names that agents use; all if left out.")
    List<String> aliases = List.of();

    @Option(names = "--plan", description = "Says what would be sent and what it can cost at most, and sends nothing.")
    boolean plan;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Also compares what the gateway goes by with what this file says.")
    @Nullable
    Path config;

    @Option(
            names = "--embeddings",
            description =
                    "The models are of embeddings: each target is asked for one, and --through asks for one, too.")
    boolean embeddings;

    @Option(
            names = "--through",
            paramLabel = "URL",
            description = "Where agents find models, such as https://models.example/v1.")
    @Nullable
    URI through;

    @Option(names = "--key-file", paramLabel = "FILE", description = "File (mode 0600) with an agent's key or token.")
    @Nullable
    Path keyFile;

    @Option(
            names = "--json",
            description = {
                "One JSON object instead of lines; with what was found so far and \"failed\", where it could not",
                "be ended."
            })
    boolean json;

    @Mixin
    AdminClient admin = new AdminClient();

    @Spec
    CommandSpec spec = CommandSpec.create();

    private final ObjectNode report = JsonMapper.shared().createObjectNode();
    private boolean isGood = true;

    @Override
    public Integer call() throws IOException {
        URI url = through;
        Path key = keyFile;
        if ((url == null) != (key == null) || (url != null && url.getHost() == null)) {
            throw new ParameterException(spec.commandLine(), "--through takes a URL, and --key-file goes with it");
        }
        JsonNode known = admin.ask("GET", "/models/doctor", "");
        List<JsonNode> probes = chosen(known);
        if (plan) {
            return planned(known, probes);
        }
        Path file = config;
        if (file != null) {
            compare(file, known.path("planned"));
        }
        try {
            if (url != null && key != null) {
                // before what costs more: the key may be of no use
                visit(url, key, probes);
            }
            for (JsonNode probe : probes) {
                JsonNode found = admin.ask("POST", "/models/doctor", order(probe), PATIENCE);
                tell(where(found), found.path("findings"));
                array("probes").add(found);
            }
        } catch (IOException failure) {
            if (json) {
                report.put("failed", String.valueOf(failure.getMessage()));
                spec.commandLine().getOut().println(report);
            }
            throw failure;
        }
        return ended(probes.size());
    }

    private void visit(URI url, Path key, List<JsonNode> probes) throws IOException {
        DoctorsVisit visit = new DoctorsVisit(
                admin,
                url,
                key,
                embeddings,
                Wiring.production(BuildVersion.text()).secureRandom());
        for (String alias : names(probes)) {
            JsonNode found = JsonMapper.shared().valueToTree(visit.of(alias));
            tell(alias + " through " + url, found);
            array("through").addObject().put("alias", alias).set("findings", found);
        }
    }

    private List<JsonNode> chosen(JsonNode known) {
        Set<String> there = new TreeSet<>();
        List<JsonNode> probes = new ArrayList<>();
        known.path("probes").forEach(probe -> {
            String alias = probe.path("alias").asString("");
            String way = probe.path("way").asString("");
            there.add(alias);
            if ((aliases.isEmpty() || aliases.contains(alias))
                    && (embeddings ? way.equals("embeddings") : USUAL.contains(way))) {
                probes.add(probe);
            }
        });
        for (String alias : aliases) {
            if (!there.contains(alias)) {
                throw new ParameterException(
                        spec.commandLine(), "there is no model '" + alias + "'; there are " + String.join(", ", there));
            }
        }
        if (probes.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "none of these models can be probed so");
        }
        return probes;
    }

    private int planned(JsonNode known, List<JsonNode> probes) {
        long sum = 0;
        PrintWriter out = spec.commandLine().getOut();
        for (JsonNode probe : probes) {
            String most = probe.path("most_usd").asString("");
            sum += Usd.parse(most).orElse(0);
            array("probes").add(probe);
            if (!json) {
                out.println("would send  " + where(probe) + "  "
                        + (most.isEmpty() ? "has no price, so it would be refused" : "USD " + most + " at most"));
            }
        }
        report.put("most_usd", Usd.text(sum));
        report.put("left_usd", known.path("left_usd").asString(""));
        if (json) {
            out.println(report);
        } else {
            out.println(probes.size() + " calls, USD " + Usd.text(sum) + " at most; USD "
                    + known.path("left_usd").asString("") + " are left today. Nothing was sent.");
            if (through != null) {
                out.println("--through: " + names(probes).size() + " calls more, which the key's owner pays");
            }
        }
        return ExitCode.OK;
    }

    private void compare(Path file, JsonNode running) throws IOException {
        Map<String, String> wanted = new LinkedHashMap<>();
        switch (ConfigFile.read(file)) {
            case Loaded.Good(var good) -> good.models().ifPresent(models -> wanted.putAll(Planned.of(models)));
            case Loaded.Bad(var problems) ->
                throw new IOException(
                        file + " has problems: " + problems.getFirst().render());
        }
        Set<String> all = new TreeSet<>(wanted.keySet());
        running.propertyNames().forEach(all::add);
        ArrayNode findings = JsonMapper.shared().createArrayNode();
        for (String each : all) {
            String says = wanted.getOrDefault(each, "(nothing)");
            String does = running.path(each).asString("(nothing)");
            ObjectNode finding = findings.addObject().put("check", each);
            if (says.equals(does)) {
                finding.put("verdict", "good").put("says", "as in the file").put("todo", "");
            } else {
                finding.put("verdict", "fault")
                        .put("says", "the file says '" + says + "', the gateway goes by '" + does + "'")
                        .put("todo", "start it again with this file, or give the file that it was started with");
            }
        }
        tell(file.toString(), findings);
        report.set("configuration", findings);
    }

    private static String order(JsonNode probe) {
        ObjectNode order = JsonMapper.shared().createObjectNode();
        for (String member : List.of("alias", "provider", "model", "way")) {
            order.put(member, probe.path(member).asString(""));
        }
        return order.toString();
    }

    private static String where(JsonNode probe) {
        String alias = probe.path("alias").asString("");
        String call = probe.path("call").asString("");
        String where = probe.path("way").asString("").equals("route")
                ? alias + " by its route"
                : alias + " at " + probe.path("provider").asString("") + "/"
                        + probe.path("model").asString("") + " "
                        + probe.path("way").asString("");
        return call.isEmpty()
                ? where
                : where + " (call " + call + ", mark " + probe.path("mark").asString("") + ")";
    }

    private static Set<String> names(List<JsonNode> probes) {
        Set<String> names = new TreeSet<>();
        probes.forEach(probe -> names.add(probe.path("alias").asString("")));
        return names;
    }

    private void tell(String where, JsonNode findings) {
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            out.println(PlainText.printable(where));
        }
        for (JsonNode finding : findings) {
            boolean isFault = finding.path("verdict").asString("").equals("fault");
            isGood &= !isFault;
            String todo = finding.path("todo").asString("");
            if (!json) {
                out.println("  " + (isFault ? "FAULT" : finding.path("verdict").asString("")) + "  "
                        + PlainText.printable(finding.path("check").asString("") + ": "
                                + finding.path("says").asString("") + (todo.isEmpty() ? "" : " -> " + todo)));
            }
        }
    }

    private ArrayNode array(String member) {
        return report.path(member) instanceof ArrayNode there ? there : report.putArray(member);
    }

    private int ended(int probes) {
        PrintWriter out = spec.commandLine().getOut();
        long cost = 0;
        for (JsonNode probe : report.path("probes")) {
            cost += Usd.parse(probe.path("cost_usd").asString("")).orElse(0);
        }
        report.put("good", isGood).put("cost_usd", Usd.text(cost));
        out.println(
                json
                        ? report.toString()
                        : probes + " probes, USD " + Usd.text(cost) + ": "
                                + (isGood ? "all is as planned" : "something is not as planned"));
        return isGood ? ExitCode.OK : ExitCode.PROBLEMS;
    }
}
