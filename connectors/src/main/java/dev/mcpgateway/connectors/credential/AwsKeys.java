package dev.mcpgateway.connectors.credential;

import java.util.Optional;

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

    /** The next use reads them where they are kept, however fresh what is known. */
    void refresh() {
        accessKeyId.refresh();
        secretAccessKey.refresh();
        sessionToken.ifPresent(SecretSource::refresh);
    }
}
