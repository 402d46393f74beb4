package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import java.util.Optional;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/**
 * What AWS knows the gateway by. Nothing is taken from the environment or from a metadata service: what is not referred to
 * does not exist.
 *
 * @param region where the keys are good, such as {@code eu-central-1}
 * @param accessKeyId names the key; is sent
 * @param secretAccessKey signs; is never sent
 * @param sessionToken goes with temporary keys; is sent
 */
public record AwsKeys(
        String region, SecretSource accessKeyId, SecretSource secretAccessKey, Optional<SecretSource> sessionToken) {

    AwsCredentialsIdentity identity() throws CredentialUnavailable {
        String id = word(accessKeyId);
        String secret = word(secretAccessKey);
        return sessionToken.isPresent()
                ? AwsSessionCredentialsIdentity.create(id, secret, word(sessionToken.get()))
                : AwsCredentialsIdentity.create(id, secret);
    }

    /** The signer would cut blanks off, and sign with another key than the one that was meant. */
    private static String word(SecretSource source) throws CredentialUnavailable {
        String value = source.read().expose();
        if (value.indexOf(' ') >= 0 || value.isEmpty() || !HttpHeader.isFieldValue(value)) {
            throw new SecretUnavailable(
                    "secret " + source + " has a blank, a line break, or other characters that no key of AWS has");
        }
        return value;
    }

    /** The next use reads them where they are kept, however fresh what is known. */
    void refresh() {
        accessKeyId.refresh();
        secretAccessKey.refresh();
        sessionToken.ifPresent(SecretSource::refresh);
    }
}
