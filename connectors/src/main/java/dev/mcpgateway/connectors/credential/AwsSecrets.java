package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.credential.StoredSecret.Answer;
import dev.mcpgateway.connectors.credential.StoredSecret.Keeping;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * AWS Secrets Manager in one region, of which secrets are read by {@code GetSecretValue} (AWS JSON 1.1). Asked through the
 * guarded client and signed like Bedrock: never redirected, bounded in bytes and time. Its words reach no log but for the
 * name of its error.
 */
public final class AwsSecrets {
    /** The stage of the value that holds now. */
    public static final String CURRENT = "AWSCURRENT";

    /** AWS allows 64 KiB of a secret, each byte of which may take six in JSON. */
    private static final int ANSWER_BYTES_MAX = 512 * 1024;

    private static final int DEPTH_MAX = 16;
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9/_+=.@:-]{1,2048}");
    private static final Pattern STAGE = Pattern.compile("[A-Za-z0-9_+=.@-]{1,256}");
    private static final String TARGET = "/";
    private static final List<HttpHeader> FIELDS = List.of(
            new HttpHeader("content-type", "application/x-amz-json-1.1"),
            new HttpHeader("x-amz-target", "secretsmanager.GetSecretValue"));
    private static final Name STRING = Name.of("SecretString");
    private static final Name BINARY = Name.of("SecretBinary");
    private static final Name CREATED = Name.of("CreatedDate");
    private static final Name TYPE = Name.of("__type");
    private static final Name MESSAGE = Name.of("message");
    private static final Name MESSAGE_OF_THE_FRONT = Name.of("Message");

    private final HttpTransport transport;
    private final HttpOrigin origin;
    private final AwsSigner signer;
    private final Keeping keeping;
    private final TimeSource time;

    /**
     * How it is asked.
     *
     * @param origin the region's endpoint, or one of the operator's own network
     * @param keys what signs; their region is the secrets'
     * @param fresh how long a value is used before it is read again
     * @param kept how long the last good value is used while AWS does not answer
     */
    public record Settings(HttpOrigin origin, AwsKeys keys, Duration fresh, Duration kept) {}

    /** Asked over this transport, which leads to the settings' origin. */
    public AwsSecrets(HttpTransport transport, Settings settings, TimeSource time) {
        this.transport = transport;
        this.origin = settings.origin();
        this.signer = new AwsSigner(settings.keys(), "secretsmanager", time.clock());
        this.keeping = new Keeping(settings.fresh(), settings.kept());
        this.time = time;
    }

    /** True when a secret may be called so: its name or its ARN. */
    public static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    /** True when a version may be marked so: {@code AWSCURRENT}, {@code AWSPREVIOUS}, {@code AWSPENDING} or a label of one's own. */
    public static boolean isStage(String stage) {
        return STAGE.matcher(stage).matches();
    }

    /**
     * One value; nothing is read yet.
     *
     * @param id as {@link #isId} wants it
     * @param key the member of the secret's JSON object; empty for the whole text
     * @param stage as {@link #isStage} wants it
     * @throws IllegalArgumentException for other ids and stages
     */
    public SecretSource secret(String id, String key, String stage) {
        if (!isId(id) || !isStage(stage)) {
            throw new IllegalArgumentException("not a secret of AWS Secrets Manager");
        }
        String name = "secret of AWS " + id + (key.isEmpty() ? "" : " key " + key)
                + (stage.equals(CURRENT) ? "" : " stage " + stage);
        return new StoredSecret(name, () -> read(id, key, stage), keeping, time);
    }

    private Answer read(String id, String key, String stage) {
        byte[] body = ("{\"SecretId\":" + quoted(id) + ",\"VersionStage\":" + quoted(stage) + "}")
                .getBytes(StandardCharsets.UTF_8);
        try {
            List<HttpHeader> headers = new ArrayList<>(FIELDS);
            headers.addAll(signer.issue(new CredentialUse.Request(origin, "POST", TARGET, FIELDS, body))
                    .headers());
            HttpCall call =
                    new HttpCall("POST", TARGET, headers, body, Deadline.after(DEADLINE, time), ANSWER_BYTES_MAX);
            try (HttpExchange exchange = transport.send(call)) {
                byte[] answer = exchange.readAll(ANSWER_BYTES_MAX);
                return exchange.status() == 200
                        ? value(answer, key)
                        : refused(
                                exchange.status(),
                                exchange.header("x-amzn-errortype").orElse(""),
                                answer);
            }
        } catch (CredentialUnavailable unusable) {
            return new Answer.Silent(String.valueOf(unusable.getMessage()));
        } catch (HttpFault fault) {
            return new Answer.Silent("AWS Secrets Manager cannot be asked: " + fault.kind());
        }
    }

    private static Answer value(byte[] body, String key) {
        try {
            JsonDocument answer = parsed(body);
            int text = answer.at(STRING);
            if (answer.at(BINARY) != JsonDocument.NONE) {
                return new Answer.Gone("it is binary, and only texts are read");
            }
            if (!answer.is(text, Kind.STRING)) {
                return new Answer.Silent("AWS Secrets Manager answers with no SecretString");
            }
            String secret = key.isEmpty() ? answer.string(text) : member(answer.string(text), key);
            return secret.isEmpty()
                    ? new Answer.Gone(key.isEmpty() ? "it is empty" : "it is no JSON object with a text under " + key)
                    : new Answer.Found(Secret.of(secret), created(answer));
        } catch (JsonRefused refused) {
            return new Answer.Silent("AWS Secrets Manager answers with no strict JSON");
        }
    }

    private static String member(String json, String key) {
        try {
            JsonDocument secret = parsed(json.getBytes(StandardCharsets.UTF_8));
            int member = secret.is(JsonDocument.ROOT, Kind.OBJECT) ? secret.at(Name.of(key)) : JsonDocument.NONE;
            return secret.is(member, Kind.STRING) ? secret.string(member) : "";
        } catch (JsonRefused noJson) {
            return "";
        }
    }

    /** When this version was made: seconds with a fraction, also with an exponent. */
    private static Optional<Instant> created(JsonDocument answer) {
        int node = answer.at(CREATED);
        if (!answer.is(node, Kind.NUMBER)
                || !answer.raw(node).matches("[0-9]{1,12}(\\.[0-9]{1,12})?([eE]\\+?[0-9]{1,2})?")) {
            return Optional.empty();
        }
        double seconds = Double.parseDouble(answer.raw(node));
        return seconds < 1e11 ? Optional.of(Instant.ofEpochMilli((long) (seconds * 1000))) : Optional.empty();
    }

    /**
     * What the name of an error says. What AWS refuses to this gateway or has not is gone; what concerns the moment, such as
     * a clock that is wrong, keys that are being renewed, or too many questions, is bridged like silence.
     */
    private static Answer refused(int status, String header, byte[] body) {
        String name = header;
        String message = "";
        try {
            JsonDocument error = parsed(body);
            int type = error.at(TYPE);
            name = name.isEmpty() && error.is(type, Kind.STRING) ? error.string(type) : name;
            for (int said : new int[] {error.at(MESSAGE), error.at(MESSAGE_OF_THE_FRONT)}) {
                message = error.is(said, Kind.STRING) ? error.string(said) : message;
            }
        } catch (JsonRefused unreadable) {
            // the status and a header field say enough
        }
        String word = name.replaceFirst("^.*#", "").replaceFirst(":.*$", "");
        String told = word.matches("[A-Za-z]{1,64}") ? word : "status " + status;
        boolean isOfTheClock =
                message.startsWith("Signature expired") || message.startsWith("Signature not yet current");
        if (isOfTheClock || told.equals("RequestExpired")) {
            return new Answer.Silent("AWS refuses the signature for its time (" + told + "): set the gateway's clock");
        }
        return switch (told) {
            case "ResourceNotFoundException" ->
                new Answer.Gone("AWS knows no such secret or stage in this region (" + told + ")");
            case "InvalidRequestException" -> new Answer.Gone("it is to be deleted, or has no value (" + told + ")");
            case "AccessDeniedException" ->
                new Answer.Gone(
                        "the gateway's keys may not read it (" + told + "): allow secretsmanager:GetSecretValue");
            case "DecryptionFailure" -> new Answer.Gone("its KMS key does not open it (" + told + ")");
            case "UnrecognizedClientException", "InvalidClientTokenId" ->
                new Answer.Gone("AWS does not take the gateway's keys (" + told + ")");
            case "InvalidSignatureException" ->
                new Answer.Silent("the gateway's secret access key is not that of its access key id (" + told + ")");
            case "ExpiredTokenException" ->
                new Answer.Silent("the session token of the gateway's keys has ended (" + told + ")");
            default -> new Answer.Silent("AWS Secrets Manager answers with " + told);
        };
    }

    private static JsonDocument parsed(byte[] json) throws JsonRefused {
        return StrictJson.parse(json, JsonLimits.forRequests(ANSWER_BYTES_MAX, DEPTH_MAX));
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
