package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.Wiring;
import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.keys.KeyFile;
import dev.mcpgateway.gateway.keys.KeyText;
import dev.mcpgateway.gateway.keys.VirtualKey;
import dev.mcpgateway.gateway.keys.VirtualKey.Holder;
import dev.mcpgateway.gateway.model.incident.SafeMode;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code keys}: makes and ends virtual keys, in the state folder that a configuration names. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        description =
                "Virtual keys for agents that cannot do OAuth. A running gateway takes changes over within a second.",
        subcommands = {
            KeysCommand.Create.class,
            KeysCommand.Listing.class,
            KeysCommand.Revoke.class,
            KeysCommand.Rotate.class
        })
final class KeysCommand implements Runnable {
    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a subcommand: create, list, revoke or rotate");
    }

    /** What all of them need: the configuration, time and chance. */
    static final class Setting {
        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The gateway's configuration.")
        Path config = Path.of("gateway.yaml");

        private final Wiring wiring = Wiring.production(BuildVersion.text());

        /** The same where a key is to be made, which safe mode forbids. */
        GatewayConfig readToMake() throws IOException {
            GatewayConfig good = read();
            if (SafeMode.isOn(good.stateDir())) {
                throw new IOException("the gateway is in safe mode: no keys are made until it ends");
            }
            return good;
        }

        /**
         * The configuration.
         *
         * @throws IOException if it is not good, or knows no virtual keys: nobody could use one
         */
        GatewayConfig read() throws IOException {
            GatewayConfig good = switch (ConfigFile.read(config)) {
                case Loaded.Good(GatewayConfig config) -> config;
                case Loaded.Bad(List<Problem> problems) ->
                    throw new IOException(problems.getFirst().render());
            };
            if (good.virtualKeys().isEmpty()) {
                throw new IOException(config + " does not accept virtual keys: set virtual_keys: {enabled: true}");
            }
            return good;
        }

        /**
         * When a key ends that is made now.
         *
         * @param life how long its maker wants it to be good; {@code null} for as long as the configuration says
         */
        Instant end(GatewayConfig config, @Nullable Duration life) throws IOException {
            GatewayConfig.VirtualKeys keys = config.virtualKeys().orElseThrow();
            if (life != null && life.compareTo(keys.lifeMax()) > 0) {
                throw new IOException(
                        "a key lives for " + keys.lifeMax().toDays() + " days at most (virtual_keys.life_max_days)");
            }
            return now().plus(life == null ? keys.life() : life);
        }

        KeyFile file() throws IOException {
            return new KeyFile(read().stateDir());
        }

        Instant now() {
            return wiring.clock().instant();
        }

        KeyText newKey() {
            return KeyText.make(wiring.secureRandom());
        }

        static String user() {
            return System.getProperty("user.name", "");
        }
    }

    /** {@code keys create}. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a virtual key and prints it, once: only its SHA-256 is kept. Its holder needs rules like any",
                "caller; in rules its issuer is what virtual_keys.issuer says (keys)."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:made", "2:wrong usage", "3:not made"},
            footer = {
                "%nExample:",
                "  mcp-gateway keys create --config gateway.yaml --name nightly --subject svc-nightly \\",
                "      --client nightly-job --groups readers --scopes mcp:crm:read --source 10.8.0.0/16 --expires 30d"
            })
    static final class Create implements Callable<Integer> {
        @Mixin
        Setting setting = new Setting();

        @Option(names = "--name", required = true, paramLabel = "TEXT", description = "What it is for.")
        String name = "";

        @Option(names = "--subject", required = true, paramLabel = "NAME", description = "Its holder's subject.")
        String subject = "";

        @Option(names = "--client", required = true, paramLabel = "NAME", description = "Its holder's client id.")
        String client = "";

        @Option(
                names = "--tenant",
                paramLabel = "NAME",
                description = "Its holder's tenant, for limits, restrictions and reports; none if left out.")
        String tenant = "";

        @Option(names = "--groups", split = ",", paramLabel = "NAME", description = "Groups, comma-separated.")
        List<String> groups = List.of();

        @Option(names = "--scopes", split = ",", paramLabel = "NAME", description = "Scopes, comma-separated.")
        List<String> scopes = List.of();

        @Option(
                names = "--view",
                split = ",",
                paramLabel = "NAME",
                description = "Views at which it is good, " + Models.VIEW
                        + " for the models; needed where there are several.")
        List<String> views = List.of();

        @Option(
                names = "--expires",
                paramLabel = "SPAN",
                converter = Span.class,
                description =
                        "How long it is good; default and most are virtual_keys' life_hours (24h) and life_max_days (90d).")
        @Nullable
        Duration expires;

        @Option(
                names = "--source",
                split = ",",
                paramLabel = "NETWORK",
                description = {
                    "Addresses and networks from which it may be used, such as 10.8.0.0/16,2001:db8::/32: those that",
                    "connect to the gateway. Anywhere if left out."
                })
        List<String> sources = List.of();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            GatewayConfig config = setting.readToMake();
            KeyText text = setting.newKey();
            VirtualKey key = new VirtualKey(
                    text.id(),
                    name,
                    new Holder(subject, client, new LinkedHashSet<>(groups), new LinkedHashSet<>(scopes), tenant),
                    views(config),
                    new LinkedHashSet<>(sources),
                    text.sha256(),
                    setting.now(),
                    Setting.user(),
                    setting.end(config, expires),
                    null);
            Optional<String> problem = key.problem();
            if (problem.isPresent()) {
                throw new IOException(problem.get());
            }
            new KeyFile(config.stateDir()).add(key, setting.now());
            show(spec, text, key);
            return ExitCode.OK;
        }

        private Set<String> views(GatewayConfig config) throws IOException {
            Set<String> known = new LinkedHashSet<>(config.views().keySet());
            config.models().ifPresent(_ -> known.add(Models.VIEW));
            if (views.isEmpty() && known.size() == 1) {
                return known;
            }
            // a view without servers has nothing that a key could be for
            if (views.isEmpty()
                    && config.upstreams().isEmpty()
                    && config.models().isPresent()) {
                return Set.of(Models.VIEW);
            }
            if (views.isEmpty() || !known.containsAll(views)) {
                throw new IOException("--view must name views of the configuration: " + String.join(", ", known));
            }
            return new LinkedHashSet<>(views);
        }
    }

    /** {@code keys list}. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Shows all virtual keys by id, one a line; never a key itself.",
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:listed", "2:wrong usage", "3:the file cannot be read or is damaged"},
            footer = {"%nExample:", "  mcp-gateway keys list --config gateway.yaml"})
    static final class Listing implements Callable<Integer> {
        @Mixin
        Setting setting = new Setting();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            PrintWriter out = spec.commandLine().getOut();
            for (VirtualKey key : setting.file().read().values()) {
                out.println(line(key, setting.now()));
            }
            return ExitCode.OK;
        }
    }

    /** {@code keys revoke}. */
    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = {
                "Ends a virtual key for good. A running gateway refuses it within a second; to end its open streams,",
                "too, use: mcp-gateway kill add key ID."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:revoked", "2:wrong usage", "3:nothing changed"},
            footer = {"%nExample:", "  mcp-gateway keys revoke abcdefghijkm --config gateway.yaml"})
    static final class Revoke implements Callable<Integer> {
        @Mixin
        Setting setting = new Setting();

        @Parameters(paramLabel = "ID", description = "The key's id, as keys list shows it.")
        String id = "";

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            VirtualKey key =
                    setting.file().revoke(id, setting.now()).orElseThrow(() -> new IOException("no key has that id"));
            spec.commandLine().getOut().println(line(key, setting.now()));
            return ExitCode.OK;
        }
    }

    /** {@code keys rotate}. */
    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a new key for the same holder and prints it, once. The old one goes on for a while, so that",
                "agents can be given the new one without a gap. It has an id of its own, and so a whole budget wherever",
                "each key has one (per: key)."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {"0:a new key was made", "2:wrong usage", "3:nothing changed"},
            footer = {"%nExample:", "  mcp-gateway keys rotate abcdefghijkm --config gateway.yaml --overlap 24h"})
    static final class Rotate implements Callable<Integer> {
        @Mixin
        Setting setting = new Setting();

        @Parameters(paramLabel = "ID", description = "The old key's id.")
        String id = "";

        @Option(
                names = "--overlap",
                paramLabel = "SPAN",
                converter = Span.class,
                defaultValue = "24h",
                description = "How long the old one goes on at most. Default: ${DEFAULT-VALUE}.")
        Duration overlap = Duration.ofHours(24);

        @Option(
                names = "--expires",
                paramLabel = "SPAN",
                converter = Span.class,
                description = "How long the new one is good; default and most as for keys create.")
        @Nullable
        Duration expires;

        @Option(
                names = "--source",
                split = ",",
                paramLabel = "NETWORK",
                description = "From where the new one may be used. Default: from where the old one may.")
        List<String> sources = List.of();

        @Spec
        CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() throws IOException {
            KeyText text = setting.newKey();
            GatewayConfig config = setting.readToMake();
            VirtualKey key = new KeyFile(config.stateDir())
                    .rotate(
                            id,
                            text,
                            setting.now(),
                            Setting.user(),
                            overlap,
                            setting.end(config, expires),
                            new LinkedHashSet<>(sources))
                    .orElseThrow(() -> new IOException("no good key has that id"));
            show(spec, text, key);
            return ExitCode.OK;
        }
    }

    private static void show(CommandSpec spec, KeyText text, VirtualKey key) {
        spec.commandLine().getOut().println(text.expose());
        spec.commandLine()
                .getErr()
                .println("key " + key.id() + ", good until " + key.expires() + "; it is shown this once");
    }

    private static String line(VirtualKey key, Instant now) {
        return key.id() + "  " + key.state(now) + "  " + key.name()
                + "  subject " + key.holder().subject()
                + " client " + key.holder().clientId()
                + (key.holder().tenant().isEmpty()
                        ? ""
                        : " tenant " + key.holder().tenant())
                + " groups " + String.join(",", VirtualKey.sorted(key.holder().groups()))
                + " scopes " + String.join(",", VirtualKey.sorted(key.holder().scopes()))
                + " views " + String.join(",", VirtualKey.sorted(key.views()))
                + (key.sources().isEmpty() ? "" : " sources " + String.join(",", VirtualKey.sorted(key.sources())))
                + "  created " + key.created() + " by " + key.createdBy()
                + " expires " + key.expires();
    }
}
