package dev.mcpgateway.samples.servers;

import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.BadUsage;
import dev.mcpgateway.samples.launch.Launch;
import dev.mcpgateway.samples.launch.LogConfiguration;
import io.modelcontextprotocol.json.schema.jackson3.DefaultJsonSchemaValidator;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * The sample file server: MCP over stdio for one folder. Standard output carries the protocol and nothing else; the
 * process ends when its standard input does.
 */
public final class FilesServer {
    private static final String USAGE = """
            Usage: files --root FOLDER
              --root  the folder that is shared; nothing outside it can be reached""";

    private FilesServer() {}

    /** Serves until standard input ends. */
    public static void main(String... args) throws InterruptedException {
        LogConfiguration.toStandardError();
        PrintStream protocol = System.out;
        // whatever prints in this process, it cannot break the protocol
        System.setOut(System.err);
        EndOfInput input = new EndOfInput(System.in);
        McpSyncServer server = start(new StdioServerTransportProvider(SdkTool.JSON, input, protocol), args);
        input.await();
        server.closeGracefully();
    }

    private static McpSyncServer start(StdioServerTransportProvider transport, String... args) {
        try {
            Arguments arguments = Arguments.of(args);
            Path root = arguments.requiredPath("root");
            arguments.done();
            FilesTools tools = new FilesTools(new SharedFolder(root));
            return McpServer.sync(transport)
                    .serverInfo("sample-files", "0.1.0")
                    .instructions("Text files in one shared folder.")
                    .capabilities(ServerCapabilities.builder().tools(false).build())
                    .jsonMapper(SdkTool.JSON)
                    .jsonSchemaValidator(new DefaultJsonSchemaValidator())
                    .validateToolInputs(true)
                    .tools(tools.all().stream().map(SdkTool::specification).toList())
                    .build();
        } catch (BadUsage e) {
            throw Launch.exit(Launch.EXIT_USAGE, e.getMessage() + "\n\n" + USAGE);
        } catch (IOException e) {
            throw Launch.exit(Launch.EXIT_FAILED, "could not start: " + Launch.reason(e));
        }
    }
}
