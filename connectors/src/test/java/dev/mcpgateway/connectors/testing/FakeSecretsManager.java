package dev.mcpgateway.connectors.testing;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fake: {@code GetSecretValue} of AWS Secrets Manager in eu-central-1 as its documentation has it, as far as the gateway
 * uses it. It checks who signs, the signature's time and the signature as AWS does, by {@link AwsSignature}. No account of
 * AWS was at hand to compare it with.
 */
public final class FakeSecretsManager implements AutoCloseable {
    /** The id of the one key that it knows. */
    public static final String KEY_ID = "AKIASECRETSEXAMPLE00";

    /** The secret of that key. */
    public static final String KEY = "manager+secret/of/aws";

    private static final Pattern ASKED = Pattern.compile("\\{\"SecretId\":\"([^\"]+)\",\"VersionStage\":\"([^\"]+)\"}");
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final Duration SKEW = Duration.ofMinutes(5);

    private final RawServer server;
    private final InstantSource clock;
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final List<RawRequest> requests = new CopyOnWriteArrayList<>();
    private volatile String token = "";
    private volatile String error = "";
    private volatile int status;
    private volatile String text = "";

    private FakeSecretsManager(InstantSource clock) {
        this.clock = clock;
        this.server = RawServer.start(this::serve);
    }

    /** Starts on a free port of loopback. */
    public static FakeSecretsManager start(InstantSource clock) {
        return new FakeSecretsManager(clock);
    }

    /** Where it is. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    /**
     * Puts a value.
     *
     * @param stage the label of its version
     * @param quoted JSON text of the secret string, quotes included
     */
    public FakeSecretsManager put(String id, String stage, String quoted, Instant created) {
        secrets.put(
                id + "@" + stage,
                "{\"ARN\":\"arn:aws:secretsmanager:eu-central-1:1:secret:" + id + "-AbCdEf\",\"CreatedDate\":"
                        + created.getEpochSecond() + ".713E0,\"Name\":\"" + id + "\",\"SecretString\":" + quoted
                        + ",\"VersionId\":\"v\",\"VersionStages\":[\"" + stage + "\"]}");
        return this;
    }

    /** From now on the key is a temporary one with this token. */
    public void token(String next) {
        token = next;
    }

    /** From now on every good question is refused so; an empty name for what belongs there. */
    public void refuse(int newStatus, String name) {
        status = newStatus;
        error = name;
    }

    /** From now on every good question gets this text; empty for what belongs there. */
    public void says(String newText) {
        text = newText;
    }

    /** What it was asked, in order. */
    public List<RawRequest> requests() {
        return requests;
    }

    private void serve(RawConnection connection) throws IOException {
        for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
            requests.add(request.get());
            answer(connection, request.get());
        }
    }

    private void answer(RawConnection connection, RawRequest request) throws IOException {
        Matcher asked = ASKED.matcher(request.text());
        AwsSignature signature = AwsSignature.of(request);
        Instant signed = DATE.parse(request.header("x-amz-date").orElseThrow(), Instant::from);
        if (!request.line().equals("POST / HTTP/1.1")
                || !request.header("x-amz-target").orElse("").equals("secretsmanager.GetSecretValue")
                || !request.header("content-type").orElse("").equals("application/x-amz-json-1.1")
                || !asked.matches()) {
            refuse(connection, 400, "SerializationException", "");
        } else if (!signature.keyId().equals(KEY_ID)) {
            refuse(connection, 400, "UnrecognizedClientException", "The security token is invalid.");
        } else if (!request.header("x-amz-security-token").orElse("").equals(token)) {
            refuse(connection, 400, "ExpiredTokenException", "The security token has expired");
        } else if (signed.isBefore(clock.instant().minus(SKEW))) {
            refuse(connection, 400, "InvalidSignatureException", "Signature expired: a is now earlier than b");
        } else if (signed.isAfter(clock.instant().plus(SKEW))) {
            refuse(connection, 400, "InvalidSignatureException", "Signature not yet current: a is still later than b");
        } else if (!signature.scope().endsWith("/eu-central-1/secretsmanager/aws4_request")
                || !signature.headers().contains("x-amz-target")
                || !signature.isGood(request, KEY)) {
            refuse(connection, 400, "InvalidSignatureException", "The request signature we calculated does not match");
        } else if (status != 0) {
            refuse(connection, status, error, "no");
        } else {
            String secret = secrets.get(asked.group(1) + "@" + asked.group(2));
            if (secret == null) {
                refuse(connection, 400, "ResourceNotFoundException", "Secrets Manager can't find the secret.");
            } else {
                connection.answer(200, "application/x-amz-json-1.1", text.isEmpty() ? secret : text);
            }
        }
    }

    private static void refuse(RawConnection connection, int status, String name, String message) throws IOException {
        connection.answer(
                status,
                "application/x-amz-json-1.1",
                name.isEmpty() ? "<html>" : "{\"__type\":\"" + name + "\",\"Message\":\"" + message + "\"}");
    }

    @Override
    public void close() {
        server.close();
    }
}
