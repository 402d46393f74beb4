package dev.mcpgateway.gateway.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * all-MiniLM-L6-v2, quantised, by the ONNX Runtime: English texts of up to 128 word pieces, read in some milliseconds of one
 * processor's time. Holds about 190 MB outside of the heap.
 */
public final class MiniLm implements EmbeddingModel {
    /** Most word pieces of a text: what comes after them the model would not see. */
    public static final int PIECES_MAX = 128;

    /** No text of so few pieces has more characters but of blanks. */
    private static final int CHARS_MAX = 8192;

    /** Longest wait for a turn: a provider's answer takes longer, but a busy cache must not make calls slow. */
    private static final long TURN_MILLIS = 100;

    private static final int CLOSE_SECONDS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(MiniLm.class);

    private final WordPiece words;
    private final OrtEnvironment runtime;
    private final OrtSession session;

    /** A run holds its thread's processor, so that one at least is left for everything else. */
    private final Semaphore turns;

    private final int all;

    private MiniLm(WordPiece words, OrtEnvironment runtime, OrtSession session, int turns) {
        this.words = words;
        this.runtime = runtime;
        this.session = session;
        this.turns = new Semaphore(turns);
        this.all = turns;
    }

    /**
     * Reads the model from the class path, and tries it.
     *
     * @param processors of this machine
     * @throws IOException if something is missing, is another than this class was made for, or does not work here
     */
    public static MiniLm load(int processors) throws IOException {
        String missing = OptionalFiles.missing(MiniLm.class.getClassLoader()).orElse("");
        if (!missing.isEmpty()) {
            throw new IOException(missing + " is not on the class path");
        }
        WordPiece words = new WordPiece(OptionalFiles.vocabulary(MiniLm.class.getClassLoader()));
        byte[] weights = OptionalFiles.model(MiniLm.class.getClassLoader());
        OrtEnvironment runtime;
        try {
            runtime = OrtEnvironment.getEnvironment();
        } catch (LinkageError | RuntimeException native_) {
            throw new IOException(
                    "the ONNX Runtime has no native library for this machine, or may not write it into"
                            + " java.io.tmpdir: " + native_,
                    native_);
        }
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            MiniLm model =
                    new MiniLm(words, runtime, runtime.createSession(weights, options), Math.max(1, processors - 1));
            model.tried();
            return model;
        } catch (OrtException failure) {
            throw new IOException("the ONNX Runtime does not take the model: " + failure.getMessage(), failure);
        }
    }

    /** The same files on another processor may count otherwise, a little: more would be another model. */
    private void tried() throws IOException, OrtException {
        Meaning bread = tried("A man is eating food.");
        float near = bread.cosine(tried("A man is eating a piece of bread."));
        float far = bread.cosine(tried("The interest rate was raised by the central bank."));
        if (Math.abs(near - 0.75f) > 0.06f || Math.abs(far) > 0.15f) {
            session.close();
            throw new IOException(
                    "the model does not work on this machine: " + near + " and " + far + " where .75 and 0 are due");
        }
    }

    private Meaning tried(String text) throws OrtException {
        return run(words.pieces(text, PIECES_MAX).orElseThrow());
    }

    @Override
    public Optional<Meaning> meaning(String text) throws InterruptedException {
        Optional<long[]> pieces = text.length() > CHARS_MAX ? Optional.empty() : words.pieces(text, PIECES_MAX);
        if (pieces.isEmpty() || !turns.tryAcquire(TURN_MILLIS, TimeUnit.MILLISECONDS)) {
            return Optional.empty();
        }
        try {
            return Optional.of(run(pieces.get()));
        } catch (OrtException | IllegalArgumentException failure) {
            LOG.warn("no meaning of a text: {}", failure.toString());
            return Optional.empty();
        } finally {
            turns.release();
        }
    }

    private Meaning run(long[] pieces) throws OrtException {
        long[] shape = {1, pieces.length};
        long[] all = new long[pieces.length];
        Arrays.fill(all, 1);
        try (OnnxTensor ids = OnnxTensor.createTensor(runtime, LongBuffer.wrap(pieces), shape);
                OnnxTensor mask = OnnxTensor.createTensor(runtime, LongBuffer.wrap(all), shape);
                OnnxTensor types = OnnxTensor.createTensor(runtime, LongBuffer.wrap(new long[pieces.length]), shape);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
            OnnxTensor hidden = (OnnxTensor) result.get(0);
            return mean(hidden.getFloatBuffer(), pieces.length);
        }
    }

    /** All pieces count alike: none is padding, since each text is a run of its own. */
    private static Meaning mean(FloatBuffer hidden, int pieces) {
        int width = hidden.remaining() / pieces;
        float[] sums = new float[width];
        for (int piece = 0; piece < pieces; piece++) {
            for (int i = 0; i < width; i++) {
                sums[i] += hidden.get(piece * width + i);
            }
        }
        return Meaning.of(sums);
    }

    /** What runs is waited for: without the model it would take the process along. */
    @Override
    public void close() {
        boolean interrupted = false;
        try {
            if (!turns.tryAcquire(all, CLOSE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
            session.close();
        } catch (InterruptedException stop) {
            interrupted = true;
        } catch (OrtException failure) {
            LOG.debug("the model was not closed", failure);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
