package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.config.ConfigFile;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.ModelCaches;
import dev.mcpgateway.gateway.evidence.Exposure;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code exposure}: the exposure matrix of a time. */
@Command(
        name = "exposure",
        mixinStandardHelpOptions = true,
        description = {
            "Says what can have been exposed to whoever held the gateway in a time, by its audit log: secret material,",
            "history of requests and responses, routing metadata of tenants, records of overrides. Per item: where it is,",
            "how it is protected, whose it is, how much, and whether it was rotated since. Changes nothing, contacts",
            "nobody. Verify the log first (audit verify)."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:printed",
            "1:printed, but records are damaged or there is more than fits",
            "2:wrong usage",
            "3:the log cannot be read"
        },
        footer = {
            "%nExample:",
            "  mcp-gateway exposure --audit audit --from 2026-11-20 --to 2026-11-21T12:00:00Z --format csv"
        })
final class ExposureCommand implements Callable<Integer> {
    @Mixin
    Period period = new Period();

    @Option(names = "--tenant", paramLabel = "NAME", description = "Only of this tenant, and overrides about all.")
    String tenant = "";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The gateway's configuration, for where answers of models are kept also without a hit in the log.")
    @Nullable
    Path config;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        Exposure.Matrix matrix = Exposure.of(period.log(), period.from, period.to, tenant, kept());
        spec.commandLine().getOut().print(matrix.grid().as(period.form));
        spec.commandLine().getOut().flush();
        return Period.complete(spec.commandLine().getErr(), matrix.damaged(), matrix.isCut());
    }

    private Map<String, String> kept() throws IOException {
        if (config == null) {
            return Map.of();
        }
        return switch (ConfigFile.read(config)) {
            case Loaded.Good(GatewayConfig good) -> {
                Map<String, String> kept = new LinkedHashMap<>();
                good.models().ifPresent(models -> {
                    models.caches().exact().aliases().forEach((alias, each) -> kept.put(alias, answers("exact", each)));
                    models.caches()
                            .semantic()
                            .aliases()
                            .forEach((alias, each) ->
                                    kept.merge(alias, answers("semantic", each), (one, other) -> one + "; " + other));
                });
                yield kept;
            }
            case Loaded.Bad(List<Problem> problems) ->
                throw new IOException(problems.getFirst().render());
        };
    }

    private static String answers(String cache, ModelCaches.Kept kept) {
        return "memory of the gateway (answers of the " + cache + " cache, up to "
                + kept.life().toSeconds() + " s)";
    }
}
