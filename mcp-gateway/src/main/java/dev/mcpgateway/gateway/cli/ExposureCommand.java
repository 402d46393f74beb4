package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.gateway.evidence.Exposure;
import java.io.IOException;
import java.util.concurrent.Callable;
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

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        Exposure.Matrix matrix = Exposure.of(period.log(), period.from, period.to, tenant);
        spec.commandLine().getOut().print(matrix.grid().as(period.form));
        spec.commandLine().getOut().flush();
        return Period.complete(spec.commandLine().getErr(), matrix.damaged(), matrix.isCut());
    }
}
