package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server process as a channel: one message per line on its standard streams. Three platform threads serve it, since
 * reads and writes of pipes block the thread beneath a virtual one.
 */
final class StdioProcess implements MessageChannel {
    private static final Logger LOG = LoggerFactory.getLogger(StdioProcess.class);

    /** Bytes waiting for a process that does not read; beyond, calls are refused as busy. */
    static final long WAITING_BYTES_MAX = 16L * 1024 * 1024;

    /** Messages waiting for a process that does not read. */
    static final int WAITING_MESSAGES_MAX = 1024;

    /** How long output may still arrive after the process has ended. */
    private static final Duration DRAIN_TIMEOUT = Duration.ofMillis(500);

    private static final byte[] END = new byte[0];

    private final StdioUpstreamSettings settings;
    private final Receiver receiver;
    private final Process process;
    private final BlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>(WAITING_MESSAGES_MAX);
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Thread reader;

    private StdioProcess(StdioUpstreamSettings settings, Receiver receiver, Process process, TimeSource time) {
        this.settings = settings;
        this.receiver = receiver;
        this.process = process;
        this.reader = thread("stdout", this::read);
        reader.start();
        thread("stdin", this::write).start();
        thread("stderr", new StderrLog(settings.alias(), process.getErrorStream(), time))
                .start();
        Thread.ofVirtual().name("stdio-exit-" + settings.alias()).start(this::awaitExit);
    }

    private Thread thread(String stream, Runnable task) {
        return Thread.ofPlatform()
                .daemon()
                .name("stdio-" + stream + "-" + settings.alias())
                .unstarted(task);
    }

    static StdioProcess start(StdioUpstreamSettings settings, Receiver receiver, TimeSource time) throws UpstreamFault {
        ProcessBuilder builder = new ProcessBuilder(settings.command());
        settings.workingDirectory().ifPresent(path -> builder.directory(path.toFile()));
        Map<String, String> environment = builder.environment();
        // nothing of ours leaks in, no LD_PRELOAD, no NODE_OPTIONS, no token (T23)
        environment.clear();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("LANG", "C.UTF-8");
        environment.putAll(settings.environment());
        try {
            for (Map.Entry<String, SecretSource> secret :
                    settings.secretEnvironment().entrySet()) {
                environment.put(secret.getKey(), secret.getValue().read().expose());
            }
            return new StdioProcess(settings, receiver, builder.start(), time);
        } catch (IOException failed) {
            LOG.debug("start of {} failed", settings.alias(), failed);
            throw new UpstreamFault("its process could not be started: check that "
                    + Printable.of(settings.command().getFirst(), 256) + " exists and may be executed");
        } catch (SecretUnavailable unavailable) {
            throw new UpstreamFault(String.valueOf(unavailable.getMessage()));
        }
    }

    @Override
    public boolean send(byte[] message) {
        long bytes = waitingBytes.addAndGet(message.length);
        boolean queued = !ending.get() && bytes <= WAITING_BYTES_MAX && waiting.offer(line(message));
        if (!queued) {
            waitingBytes.addAndGet(-message.length);
        }
        return queued;
    }

    /** A line feed in JSON is white space or escaped, so a blank says the same without ending the line. */
    private static byte[] line(byte[] message) {
        byte[] line = new byte[message.length + 1];
        for (int i = 0; i < message.length; i++) {
            line[i] = message[i] == '\n' || message[i] == '\r' ? (byte) ' ' : message[i];
        }
        line[message.length] = '\n';
        return line;
    }

    private void write() {
        try (OutputStream out = process.getOutputStream()) {
            for (byte[] line = waiting.take(); line.length > 0; line = waiting.take()) {
                out.write(line);
                waitingBytes.addAndGet(1L - line.length);
                if (waiting.isEmpty()) {
                    out.flush();
                }
            }
        } catch (IOException gone) {
            // its end is noticed where its exit is awaited
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        LineReader lines = new LineReader(process.getInputStream(), settings.lineBytesMax());
        try {
            for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
                switch (line) {
                    case LineReader.Line.Whole(byte[] bytes) -> message(bytes);
                    case LineReader.Line.TooLong(TopLevelId id) -> receiver.tooLong(id.id(), settings.lineBytesMax());
                }
            }
        } catch (IOException gone) {
            // as at the end of the stream
        }
        Thread.ofVirtual().name("stdio-end-" + settings.alias()).start(this::endOfOutput);
    }

    /** Mostly the process has ended, which says more; a server that only closed its output is of no use any more. */
    private void endOfOutput() {
        try {
            if (!process.waitFor(DRAIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                receiver.closed("its process closed its output");
                close();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private void message(byte[] line) {
        if (isBlank(line)) {
            return;
        }
        try {
            JsonLimits limits = JsonLimits.forReplies(settings.lineBytesMax(), OfferPages.PAGE_DEPTH_MAX);
            receiver.message(Envelope.read(StrictJson.parse(line, limits)));
        } catch (JsonRefused | NotJsonRpc garbage) {
            receiver.unreadable();
            LOG.debug(
                    "upstream {} wrote a line that is no message ({}): {}",
                    settings.alias(),
                    garbage.getMessage(),
                    Printable.of(new String(line, 0, Math.min(line.length, 200), StandardCharsets.UTF_8), 200));
        }
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    private void awaitExit() {
        try {
            int code = process.waitFor();
            reader.join(DRAIN_TIMEOUT);
            receiver.closed(
                    code > 128 && code < 160
                            ? "its process was ended by signal " + (code - 128)
                            : "its process ended with exit code " + code);
            close();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes its input, waits, SIGTERM, waits, SIGKILL; whatever it started ends with it. */
    @Override
    public void close() {
        boolean first = ending.compareAndSet(false, true);
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        if (first) {
            waiting.clear();
            boolean _ = waiting.offer(END);
        }
        try {
            if (!process.waitFor(settings.exitTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
                process.descendants().forEach(family::add);
                process.destroy();
                family.forEach(ProcessHandle::destroy);
                boolean _ = process.waitFor(settings.exitTimeout().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } finally {
            process.descendants().forEach(family::add);
            process.destroyForcibly();
            family.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
