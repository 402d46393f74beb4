package dev.mcpgateway.samples.servers;

import dev.mcpgateway.samples.calltoken.CallTokenFilter;
import dev.mcpgateway.samples.calltoken.CallTokenVerifier;
import dev.mcpgateway.samples.calltoken.RemoteKeySet;
import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.Launch;
import dev.mcpgateway.samples.loopback.LoopbackServer;
import io.modelcontextprotocol.json.schema.jackson3.DefaultJsonSchemaValidator;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.DefaultServerTransportSecurityValidator;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;

/** The sample CRM: an MCP server over Streamable HTTP on loopback, with an optional bearer token. */
public final class CrmServer implements Launch.Running {
    private static final String USAGE = """
            Usage: crm [--port N] [--token-file FILE] [--gateway URL --audience URI]
              --port        0 takes a free port (0); the READY line names it
              --token-file  file with the bearer token that every request must carry; without it nobody is asked
              --gateway     public URL of a gateway; every request must carry a call token of its own
              --audience    this server's name in those tokens""";

    private static final String PATH = "/mcp";

    /** The SDK drops a session after one to two of these times without a request. */
    private static final Duration SESSION_SWEEP_INTERVAL = Duration.ofMinutes(10);

    private static final int REQUEST_BYTES_MAX = 1024 * 1024;

    /** A shorter token could be guessed. */
    static final int TOKEN_CHARS_MIN = 16;

    private final McpSyncServer mcp;
    private final LoopbackServer http;

    private CrmServer(McpSyncServer mcp, LoopbackServer http) {
        this.mcp = mcp;
        this.http = http;
    }

    /** Runs until SIGTERM; see the usage text for the options. */
    public static void main(String... args) throws InterruptedException {
        Launch.untilStopped(USAGE, args, CrmServer::start);
    }

    private static CrmServer start(Arguments arguments) throws IOException {
        int port = arguments.port("port");
        Optional<Path> tokenFile = arguments.path("token-file");
        Optional<String> gateway = arguments.text("gateway");
        Optional<String> audience = arguments.text("audience");
        if (gateway.isPresent() != audience.isPresent()) {
            arguments.problem("--gateway and --audience belong together");
        }
        arguments.done();
        return start(
                port,
                tokenFile.isPresent() ? Optional.of(readToken(tokenFile.get())) : Optional.empty(),
                gateway.map(url -> verifier(url, audience.orElseThrow())),
                SESSION_SWEEP_INTERVAL);
    }

    private static CallTokenVerifier verifier(String gateway, String audience) {
        URI keys = URI.create(gateway).resolve("/.well-known/jwks.json");
        return new CallTokenVerifier(
                gateway, audience, new RemoteKeySet(keys, InstantSource.system()), InstantSource.system());
    }

    private static String readToken(Path file) throws IOException {
        String token = Files.readString(file).strip();
        if (token.length() < TOKEN_CHARS_MIN || !token.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new IOException("the token in " + file + " must be one line of at least " + TOKEN_CHARS_MIN
                    + " visible ASCII characters");
        }
        return token;
    }

    /**
     * Starts on 127.0.0.1.
     *
     * @param port 0 takes a free one
     * @param token what every request must carry as its bearer token; empty = nobody is asked
     * @param sessionSweepInterval how often idle sessions are dropped
     * @throws IOException when the port is taken
     */
    static CrmServer start(int port, Optional<String> token, Duration sessionSweepInterval) throws IOException {
        return start(port, token, Optional.empty(), sessionSweepInterval);
    }

    /** The same; with a verifier every request must carry a call token that is good for it. */
    static CrmServer start(
            int port, Optional<String> token, Optional<CallTokenVerifier> callTokens, Duration sessionSweepInterval)
            throws IOException {
        HttpServletStreamableServerTransportProvider transport = HttpServletStreamableServerTransportProvider.builder()
                .jsonMapper(SdkTool.JSON)
                .mcpEndpoint(PATH)
                .maxRequestSize(REQUEST_BYTES_MAX)
                .httpHeaderValidator(loopbackOnly())
                .sessionSweepInterval(sessionSweepInterval)
                .build();
        McpSyncServer mcp = McpServer.sync(transport)
                .serverInfo("sample-crm", "0.1.0")
                .instructions("Customers and support tickets of a sample company.")
                .capabilities(ServerCapabilities.builder().tools(false).build())
                .jsonMapper(SdkTool.JSON)
                .jsonSchemaValidator(new DefaultJsonSchemaValidator())
                .validateToolInputs(true)
                .tools(new CrmTools(new Crm())
                        .all().stream().map(SdkTool::specification).toList())
                .build();
        ServletContextHandler servlets = new ServletContextHandler();
        ServletHolder servlet = new ServletHolder(transport);
        servlet.setAsyncSupported(true);
        servlets.addServlet(servlet, PATH);
        token.ifPresent(secret -> {
            FilterHolder filter = new FilterHolder(new BearerFilter(secret));
            filter.setAsyncSupported(true);
            servlets.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
        });
        callTokens.ifPresent(verifier -> {
            FilterHolder filter = new FilterHolder(new CallTokenFilter(verifier, REQUEST_BYTES_MAX));
            filter.setAsyncSupported(true);
            servlets.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
        });
        return new CrmServer(mcp, LoopbackServer.start("127.0.0.1", port, servlets));
    }

    /** The SDK checks neither Host nor Origin unless it is told to; without this a web page could call the tools. */
    private static DefaultServerTransportSecurityValidator loopbackOnly() {
        return DefaultServerTransportSecurityValidator.builder()
                .allowedHosts(List.of("localhost:*", "127.0.0.1:*"))
                .allowedOrigins(List.of("http://localhost:*", "http://127.0.0.1:*"))
                .build();
    }

    /** The MCP endpoint. */
    @Override
    public URI url() {
        return http.url().resolve(PATH);
    }

    /** Ends all sessions and stops. */
    @Override
    public void close() {
        mcp.closeGracefully();
        http.close();
    }
}
