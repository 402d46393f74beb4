package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import java.net.URI;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Signs requests to one service of AWS with Signature Version 4: method, host, path, the given header fields, the body's
 * hash and the time. A signature is good for one request and a few minutes, so a request is signed anew whenever it is
 * sent, and nothing is issued for any other use. Keys are read each time: new ones count from the next request on.
 */
public final class AwsSigner implements UpstreamCredential {
    private final String region;
    private final Keys keys;
    private final String service;
    private final InstantSource clock;
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    /** Whose keys sign. */
    private sealed interface Keys {
        /** The same for all. */
        record Kept(AwsKeys keys) implements Keys {}

        /** Those of a role, for each workload its own. */
        record Assumed(AwsRole role) implements Keys {}
    }

    private AwsSigner(String region, Keys keys, String service, InstantSource clock) {
        this.region = region;
        this.keys = keys;
        this.service = service;
        this.clock = clock;
    }

    /**
     * Signs with keys that are kept; nothing is read yet.
     *
     * @param service the service's name in signatures, such as {@code bedrock}
     */
    public AwsSigner(AwsKeys keys, String service, InstantSource clock) {
        this(keys.region(), new Keys.Kept(keys), service, clock);
    }

    /** Signs with keys that a role gives for a time; nothing is asked yet. */
    public AwsSigner(AwsRole role, String service, InstantSource clock) {
        this(role.region(), new Keys.Assumed(role), service, clock);
    }

    @Override
    public Credential issue(CredentialUse use) throws CredentialUnavailable {
        if (!(use instanceof CredentialUse.Request asked)) {
            throw new CredentialUnavailable("keys of AWS sign whole requests and are good for nothing else");
        }
        AwsCredentialsIdentity identity = switch (keys) {
            case Keys.Kept(AwsKeys kept) -> kept.identity();
            case Keys.Assumed(AwsRole role) -> role.identity(asked.workload());
        };
        SdkHttpRequest request = request(asked);
        SdkHttpRequest signed = signer.sign(each -> each.identity(identity)
                        .request(request)
                        .payload(ContentStreamProvider.fromByteArrayUnsafe(asked.body()))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock.withZone(ZoneOffset.UTC)))
                .request();
        List<HttpHeader> added = new ArrayList<>();
        signed.forEachHeader((name, values) -> {
            // the transport writes the host itself, from the same origin
            if (!request.headers().containsKey(name) && !name.equalsIgnoreCase("host")) {
                added.add(new HttpHeader(name.toLowerCase(Locale.ROOT), values.getFirst()));
            }
        });
        return new Credential(added);
    }

    @Override
    public void refresh() {
        switch (keys) {
            case Keys.Kept(AwsKeys kept) -> kept.refresh();
            case Keys.Assumed(AwsRole role) -> role.refresh();
        }
    }

    @Override
    public void refused(Workload workload) {
        switch (keys) {
            case Keys.Kept(AwsKeys kept) -> kept.refresh();
            case Keys.Assumed(AwsRole role) -> role.refused(workload);
        }
    }

    @Override
    public Optional<ShortLived> shortLived() {
        return switch (keys) {
            case Keys.Kept _ -> Optional.empty();
            case Keys.Assumed(AwsRole role) -> Optional.of(role.shortLived());
        };
    }

    private static SdkHttpRequest request(CredentialUse.Request asked) {
        SdkHttpFullRequest.Builder request = SdkHttpFullRequest.builder()
                .method(SdkHttpMethod.fromValue(asked.method()))
                .uri(URI.create(asked.origin() + asked.target()));
        asked.headers().forEach(header -> request.putHeader(header.name(), header.value()));
        return request.build();
    }
}
