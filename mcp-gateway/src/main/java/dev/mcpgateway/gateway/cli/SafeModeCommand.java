package dev.mcpgateway.gateway.cli;

import static dev.mcpgateway.gateway.cli.PlainText.printable;
import static dev.mcpgateway.gateway.cli.PlainText.quote;

import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.incident.BadProfile;
import dev.mcpgateway.gateway.model.incident.KnownGood;
import dev.mcpgateway.gateway.model.incident.KnownGood.Pair;
import dev.mcpgateway.gateway.model.incident.KnownGoodFile;
import dev.mcpgateway.gateway.model.incident.StrictGuardrails;
import dev.mcpgateway.policy.ScreenAction;
import dev.mcpgateway.policy.ToolNames;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code safe-mode}: the known-good profile, and the mode in which it alone holds. */
@Command(
        name = "safe-mode",
        mixinStandardHelpOptions = true,
        description = {
            "Serves models by a signed known-good profile alone: its targets, no weights, no caches.",
            "Where the operators' port is suspect: touch safe-mode.on in the state folder, or serve --safe-mode."
        },
        subcommands = {
            SafeModeCommand.Profile.class,
            SafeModeCommand.On.class,
            SafeModeCommand.Off.class,
            SafeModeCommand.Status.class
        })
final class SafeModeCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: profile, on, off or status");
    }

    /** {@code safe-mode profile}. */
    @Command(
            name = "profile",
            mixinStandardHelpOptions = true,
            description = {
                "Makes and signs a known-good profile of the configuration: of each model the first target, or those",
                "that --target names, and no others then. Keep the private key away from the gateway."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:written", "2:wrong usage", "3:not written"},
            footer = {
                "%nExample:",
                "  openssl genpkey -algorithm ed25519 -out profile-key.pem",
                "  openssl pkey -in profile-key.pem -pubout -out profile-key.pub",
                "  mcp-gateway safe-mode profile --config gateway.yaml --key profile-key.pem --out known-good.json \\",
                "      --target gpt=openai/gpt-4.1-mini --calls-per-minute 60"
            })
    static final class Profile implements Callable<Integer> {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The gateway's configuration.")
        Path config = Path.of("gateway.yaml");

        @Option(names = "--key", required = true, paramLabel = "FILE", description = "Ed25519 private key, PEM.")
        Path key = Path.of("profile-key.pem");

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write it.")
        Path out = Path.of("known-good.json");

        @Option(
                names = "--target",
                paramLabel = "ALIAS=PROVIDER/MODEL",
                description = "Who serves a model; several of one model in their order.")
        List<String> targets = List.of();

        @Option(
                names = "--calls-per-minute",
                paramLabel = "N",
                description = "Most calls of one caller to one model; default: as configured.")
        @Nullable
        Integer callsPerMinute;

        @Option(
                names = "--on-finding",
                paramLabel = "ACTION",
                description = "flag, redact or block what is found in requests and answers; default: block.")
        ScreenAction onFinding = ScreenAction.BLOCK;

        @Option(
                names = "--allow-tool",
                paramLabel = "NAME",
                description =
                        "A tool that may be offered, as in allowed_tools of a policy; default: *, all that agents run themselves.")
        List<String> allowedTools = StrictGuardrails.STRICTEST.tools();

        @Option(names = "--distrust-users", description = "Screens what users say, too.")
        boolean distrustUsers;

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException, BadProfile, GeneralSecurityException {
            Models models = models();
            Map<String, List<Pair>> aliases = targets.isEmpty() ? first(models) : named(models);
            Map<String, URI> providers = new LinkedHashMap<>();
            aliases.values()
                    .forEach(pairs -> pairs.forEach(pair -> providers.put(
                            pair.provider(),
                            Objects.requireNonNull(models.providers().get(pair.provider()))
                                    .baseUrl())));
            Integer most = callsPerMinute;
            if (most != null && (most < 1 || most > 999_999)) {
                throw new ParameterException(spec.commandLine(), "--calls-per-minute is a number from 1 to 999999");
            }
            KnownGood profile = new KnownGood(
                    Wiring.production(BuildVersion.text()).clock().instant(),
                    most == null ? OptionalInt.empty() : OptionalInt.of(most),
                    guardrails(),
                    providers,
                    aliases);
            Files.writeString(out, KnownGoodFile.signed(profile, KnownGoodFile.privateKey(key)));
            spec.commandLine().getOut().println(out + ": " + aliases.size() + " models");
            return ExitCode.OK;
        }

        private StrictGuardrails guardrails() {
            if (!allowedTools.stream().allMatch(ToolNames::isPattern) || allowedTools.size() > ToolNames.PATTERNS_MAX) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--allow-tool is a name of up to 128 characters, with * or ?, or hosted:type");
            }
            return new StrictGuardrails(onFinding, onFinding, !distrustUsers, allowedTools);
        }

        private Models models() throws IOException {
            GatewayConfig good = switch (ConfigFile.read(config)) {
                case Loaded.Good(GatewayConfig read) -> read;
                case Loaded.Bad(List<Problem> problems) ->
                    throw new IOException(problems.getFirst().render());
            };
            return good.models().orElseThrow(() -> new IOException(config + " serves no models"));
        }

        private static Map<String, List<Pair>> first(Models models) {
            Map<String, List<Pair>> aliases = new LinkedHashMap<>();
            models.aliases().forEach((alias, entry) -> {
                Models.Target target = entry.targets().getFirst();
                aliases.put(alias, List.of(new Pair(target.provider(), target.model())));
            });
            return aliases;
        }

        /** A pair that is not configured would serve nobody in the hour when it counts. */
        private Map<String, List<Pair>> named(Models models) throws IOException {
            Map<String, List<Pair>> aliases = new LinkedHashMap<>();
            for (String text : targets) {
                int equals = text.indexOf('=');
                int slash = text.indexOf('/', equals + 1);
                if (equals < 1 || slash < 0) {
                    throw new ParameterException(spec.commandLine(), "--target is ALIAS=PROVIDER/MODEL: " + text);
                }
                String alias = text.substring(0, equals);
                Pair pair = new Pair(text.substring(equals + 1, slash), text.substring(slash + 1));
                Models.Alias entry = models.aliases().get(alias);
                if (entry == null
                        || entry.targets().stream()
                                .noneMatch(target -> target.provider().equals(pair.provider())
                                        && target.model().equals(pair.model()))) {
                    throw new IOException("the configuration has no such target: " + text);
                }
                aliases.computeIfAbsent(alias, _ -> new ArrayList<>()).add(pair);
            }
            return aliases;
        }
    }

    /** {@code safe-mode on}. */
    @Command(
            name = "on",
            mixinStandardHelpOptions = true,
            description = {
                "Begins safe mode at once; kept across restarts. A profile that cannot be used stops all calls of",
                "models. Given again, the profile is read anew."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:on, by the profile",
                "1:on, and no model is served, or it is not saved; the reason is printed",
                "2:wrong usage",
                "3:not on"
            },
            footer = {"%nExample:", "  mcp-gateway safe-mode on --reason 'incident 12' --admin … --token-file …"})
    static final class On implements Callable<Integer> {
        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        String reason = "";

        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            JsonNode answer = admin.ask("POST", "/safe-mode", "{\"reason\":" + quote(reason) + "}");
            print(spec.commandLine().getOut(), answer);
            boolean good = answer.path("mode").asString("").equals("on")
                    && answer.path("problem").asString("").isEmpty();
            return good ? ExitCode.OK : ExitCode.PROBLEMS;
        }
    }

    /** {@code safe-mode off}. */
    @Command(
            name = "off",
            mixinStandardHelpOptions = true,
            description = "Ends safe mode, once two operators have said so within the window.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:off", "1:on until another operator says so, too", "2:wrong usage", "3:on"},
            footer = {
                "%nExample:",
                "  mcp-gateway safe-mode off --reason 'incident 12 is over' --admin … --token-file …"
            })
    static final class Off implements Callable<Integer> {
        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; for the audit log.")
        String reason = "";

        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            JsonNode answer = admin.ask("DELETE", "/safe-mode", "{\"reason\":" + quote(reason) + "}");
            print(spec.commandLine().getOut(), answer);
            return answer.path("mode").asString("").equals("off") ? ExitCode.OK : ExitCode.PROBLEMS;
        }
    }

    /** {@code safe-mode status}. */
    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = "Shows whether safe mode is on, since when and why, and whether the profile could be used.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:the profile can be used",
                "1:it cannot; the reason is printed",
                "2:wrong usage",
                "3:the gateway does not answer or refuses"
            },
            footer = {
                "%nExample:",
                "  mcp-gateway safe-mode status --admin http://127.0.0.1:8081 --token-file ops.token"
            })
    static final class Status implements Callable<Integer> {
        @Mixin
        AdminClient admin = new AdminClient();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            JsonNode answer = admin.ask("GET", "/safe-mode", "");
            print(spec.commandLine().getOut(), answer);
            return answer.path("profile_problem").asString("").isEmpty() ? ExitCode.OK : ExitCode.PROBLEMS;
        }
    }

    private static void print(PrintWriter out, JsonNode answer) {
        String mode = answer.path("mode").asString("");
        String since = answer.path("since").asString("");
        out.println("safe mode: " + (mode.equals("shut") ? "on, and no model is served" : mode)
                + (since.isEmpty()
                        ? ""
                        : " since " + since + " by "
                                + printable(answer.path("by").asString("")) + ": "
                                + printable(answer.path("reason").asString(""))));
        tell(out, "profile", answer.path("profile_problem"));
        tell(out, "problem", answer.path("problem"));
        if (answer.has("leaving")) {
            out.println(
                    "leaving: asked by " + printable(answer.at("/leaving/by").asString(""))
                            + "; another operator must say so, too, until "
                            + answer.at("/leaving/until").asString(""));
        }
        if (answer.has("models")) {
            List<String> models = new ArrayList<>();
            answer.path("models").forEach(model -> models.add(printable(model.asString(""))));
            out.println("models: " + String.join(", ", models));
        }
    }

    private static void tell(PrintWriter out, String what, JsonNode problem) {
        if (!problem.asString("").isEmpty()) {
            out.println(what + ": " + printable(problem.asString("")));
        }
    }
}
