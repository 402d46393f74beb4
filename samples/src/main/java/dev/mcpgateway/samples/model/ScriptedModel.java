package dev.mcpgateway.samples.model;

import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.Launch;
import dev.mcpgateway.samples.loopback.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** A provider with one <b>scripted</b> model, on loopback: a stand-in that says so, for the quickstart and for tests. */
public final class ScriptedModel implements Launch.Running {
    private static final String USAGE = """
            Usage: model --key-file FILE [--port N]
              --key-file  file with the keys of which every request must carry one, each on a line of its own;
                          it is read anew with each request, so that keys come and go as at a provider
              --port      0 takes a free port (0); the READY line names it""";

    private final LoopbackServer server;

    private ScriptedModel(LoopbackServer server) {
        this.server = server;
    }

    /** Runs until SIGTERM; see the usage text for the options. */
    public static void main(String... args) throws InterruptedException {
        Launch.untilStopped(USAGE, args, ScriptedModel::start);
    }

    private static ScriptedModel start(Arguments arguments) throws IOException {
        Path keyFile = arguments.requiredPath("key-file");
        int port = arguments.port("port");
        arguments.done();
        ScriptedModel model = start(port, keyFile);
        System.err.println(
                "SCRIPTED MODEL at " + model.url() + ": it stands in for a provider and understands nothing.");
        return model;
    }

    /**
     * Starts on 127.0.0.1.
     *
     * @param port 0 takes a free one
     * @param keyFile what requests must carry as their bearer token: one of its lines at that moment
     * @throws IOException when the port is taken or the file cannot be read
     */
    static ScriptedModel start(int port, Path keyFile) throws IOException {
        if (!Files.isReadable(keyFile)) {
            throw new IOException(keyFile + " cannot be read");
        }
        return new ScriptedModel(LoopbackServer.start("127.0.0.1", port, new ChatEndpoint(keyFile)));
    }

    /** What a client of OpenAI takes for its base URL. */
    @Override
    public URI url() {
        return server.url().resolve(ChatEndpoint.BASE_PATH);
    }

    @Override
    public void close() {
        server.close();
    }
}
