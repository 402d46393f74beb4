package dev.mcpgateway.samples.issuer;

import dev.mcpgateway.samples.launch.Arguments;
import dev.mcpgateway.samples.launch.Launch;
import dev.mcpgateway.samples.loopback.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * A <b>sample</b> issuer: it gives a token with any subject, group and scope to whoever can read one file. Use it to try
 * the gateway and to test it, never to protect anything.
 */
public final class SampleIssuer implements Launch.Running {
    private static final String USAGE = """
            Usage: issuer --state FOLDER [--port N]
              --state  folder for the signing key and the client secret; made when it is not there, kept for restarts
              --port   0 takes a free port (0); tokens stay valid over a restart only on the same port""";

    private final LoopbackServer server;

    private SampleIssuer(LoopbackServer server) {
        this.server = server;
    }

    /** Runs until SIGTERM; see the usage text for the options. */
    public static void main(String... args) throws InterruptedException {
        Launch.untilStopped(USAGE, args, SampleIssuer::start);
    }

    private static SampleIssuer start(Arguments arguments) throws IOException {
        Path folder = arguments.requiredPath("state");
        int port = arguments.port("port");
        arguments.done();
        SampleIssuer issuer = start(folder, port, InstantSource.system(), new SecureRandom());
        System.err.println("SAMPLE ISSUER at " + issuer.url()
                + ": it signs any token for whoever can read its state folder. Not for production.");
        return issuer;
    }

    /**
     * Starts on 127.0.0.1.
     *
     * @param folder the state folder
     * @param port 0 takes a free one
     * @throws IOException when the folder cannot be used or the port is taken
     */
    static SampleIssuer start(Path folder, int port, InstantSource clock, RandomGenerator random) throws IOException {
        IssuerState state = IssuerState.open(folder, random);
        SampleIssuer issuer =
                new SampleIssuer(LoopbackServer.start("127.0.0.1", port, new IssuerEndpoint(state, clock, random)));
        IssuerState.publishUrl(folder, issuer.url().toString());
        return issuer;
    }

    /** The issuer, as it stands in {@code iss}. */
    @Override
    public URI url() {
        return server.url().resolve(IssuerEndpoint.ISSUER_PATH);
    }

    /** Stops; the state folder stays. */
    @Override
    public void close() {
        server.close();
    }
}
