package dev.mcpgateway.connectors.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signature Version 4 as a server checks it, written from AWS's description and not with its library: the canonical form
 * of what arrived, signed once more with the secret that the server knows.
 */
public final class AwsSignature {
    private static final Pattern AUTHORIZATION =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)/(?<scope>[^,]+), "
                    + "SignedHeaders=(?<headers>[^,]+), Signature=(?<signature>[0-9a-f]{64})");

    private final Matcher authorization;

    private AwsSignature(RawRequest request) {
        this.authorization =
                AUTHORIZATION.matcher(request.header("authorization").orElse(""));
        if (!authorization.matches()) {
            throw new AssertionError("no signature: " + authorization);
        }
    }

    /** The signature of a request that has one. */
    public static AwsSignature of(RawRequest request) {
        return new AwsSignature(request);
    }

    /** The access key's id. */
    public String keyId() {
        return authorization.group("id");
    }

    /** Date, region and service. */
    public String scope() {
        return authorization.group("scope");
    }

    /** Names of the header fields that are signed. */
    public List<String> headers() {
        return List.of(authorization.group("headers").split(";", -1));
    }

    /** Whether it is that of this request under this secret. */
    public boolean isGood(RawRequest request, String secret) {
        return authorization.group("signature").equals(sign(request, headers(), scope(), secret));
    }

    /** The signature of a request. */
    public static String sign(RawRequest request, List<String> headers, String scope, String secret) {
        String fields = headers.stream()
                .map(name -> name + ":" + request.header(name).orElseThrow() + "\n")
                .collect(Collectors.joining());
        // every service but S3 encodes the path once more than it stands in the request line
        String path = request.target().replace("%", "%25");
        String canonical = String.join(
                "\n", request.method(), path, "", fields, String.join(";", headers), hex(sha256(request.body())));
        String text = "AWS4-HMAC-SHA256\n" + request.header("x-amz-date").orElseThrow() + "\n" + scope + "\n"
                + hex(sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part : Arrays.asList(scope.split("/", -1))) {
            key = hmac(key, part);
        }
        return hex(hmac(key, text));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
