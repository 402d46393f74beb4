package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.credential.UpstreamCredential.ShortLived;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.HttpCall;
import dev.mcpgateway.connectors.net.HttpExchange;
import dev.mcpgateway.connectors.net.HttpFault;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.TimeSource;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/**
 * A role of AWS that the gateway takes for one workload each by an assertion ({@code AssumeRoleWithWebIdentity} of STS): keys
 * that end by themselves, in a session that is named after the workload. At most 10,000 are held; those that were not used for
 * longest go first. STS is asked without a signature through the guarded client: never redirected, bounded in bytes and time.
 */
public final class AwsRole {
    /** Shortest life of keys at AWS. */
    public static final Duration LIFE_MIN = Duration.ofMinutes(15);

    /** Longest life of keys at AWS. */
    public static final Duration LIFE_MAX = Duration.ofHours(12);

    private static final int SESSIONS_MAX = 10_000;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final List<HttpHeader> FIELDS = List.of(
            new HttpHeader("Content-Type", "application/x-www-form-urlencoded"), new HttpHeader("Accept", "text/xml"));

    private final Settings settings;
    private final String target;
    private final String shown;
    private final WorkloadAssertion assertion;
    private final HttpTransport transport;
    private final TimeSource time;
    private final IssuedTokens<Workload, Session> sessions;

    /**
     * Which role, and how it is taken.
     *
     * @param region where its keys are used
     * @param arn the role
     * @param sts STS's endpoint, as a rule the region's
     * @param life how long keys live
     */
    public record Settings(String region, String arn, URI sts, Workload.Per per, Duration life) {}

    /** Keys and when they end. */
    private record Session(AwsCredentialsIdentity identity, Instant expiresAt) implements IssuedTokens.Ending {}

    /** Taken over this transport, which leads to STS; nothing is asked yet. */
    public AwsRole(Settings settings, WorkloadAssertion assertion, HttpTransport transport, TimeSource time) {
        this.settings = settings;
        this.target = HttpOrigin.target(settings.sts());
        this.shown = HttpOrigin.of(settings.sts()).toString();
        this.assertion = assertion;
        this.transport = transport;
        this.time = time;
        this.sessions = new IssuedTokens<>(SESSIONS_MAX, time);
    }

    String region() {
        return settings.region();
    }

    AwsCredentialsIdentity identity(Workload workload) throws CredentialUnavailable {
        Workload told = workload.toldPer(settings.per());
        return sessions.get(told, () -> assume(told)).identity();
    }

    void refresh() {
        assertion.refresh();
        sessions.forget(_ -> true);
    }

    void refused(Workload workload) {
        sessions.giveUp(workload.toldPer(settings.per()));
    }

    ShortLived shortLived() {
        return ShortLived.of(sessions.ends());
    }

    private Session assume(Workload workload) throws CredentialUnavailable {
        Instant now = time.now();
        Map<String, String> form = new LinkedHashMap<>();
        form.put("Action", "AssumeRoleWithWebIdentity");
        form.put("Version", "2011-06-15");
        form.put("RoleArn", settings.arn());
        form.put("RoleSessionName", workload.sessionName());
        form.put("DurationSeconds", Long.toString(settings.life().toSeconds()));
        form.put("WebIdentityToken", assertion.of(workload).expose());
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpCall call = new HttpCall(
                "POST",
                target,
                FIELDS,
                body.getBytes(StandardCharsets.US_ASCII),
                Deadline.after(DEADLINE, time),
                ANSWER_BYTES_MAX);
        try (HttpExchange exchange = transport.send(call)) {
            return session(exchange.status(), StsAnswer.of(exchange.readAll(ANSWER_BYTES_MAX)), now);
        } catch (HttpFault fault) {
            throw unavailable("cannot be asked: " + fault.kind());
        }
    }

    private Session session(int status, StsAnswer answer, Instant now) throws CredentialUnavailable {
        if (status != 200) {
            String code = answer.text("Code");
            throw new CredentialRefused("AWS STS at " + shown + " refuses the role " + settings.arn() + " with status "
                    + status + (code.matches("[A-Za-z.]{1,64}") ? ", error " + code + advice(code) : ""));
        }
        String id = answer.text("AccessKeyId");
        String secret = answer.text("SecretAccessKey");
        String token = answer.text("SessionToken");
        for (String word : new String[] {id, secret, token}) {
            if (word.isEmpty() || word.indexOf(' ') >= 0 || !HttpHeader.isFieldValue(word)) {
                throw unavailable("gave no keys");
            }
        }
        try {
            Instant end = Instant.parse(answer.text("Expiration"));
            Instant latest = now.plus(LIFE_MAX);
            return new Session(
                    AwsSessionCredentialsIdentity.create(id, secret, token), end.isAfter(latest) ? latest : end);
        } catch (DateTimeException none) {
            throw unavailable("gave keys without an end");
        }
    }

    private static String advice(String code) {
        return switch (code) {
            case "ExpiredTokenException" -> ": the token has ended, or the gateway's clock is wrong";
            case "InvalidIdentityToken" -> ": AWS does not know this issuer, its keys or its audience";
            case "AccessDenied" -> ": the role's trust policy does not take this subject";
            default -> "";
        };
    }

    private CredentialUnavailable unavailable(String what) {
        return new CredentialUnavailable("AWS STS at " + shown + " " + what);
    }
}
