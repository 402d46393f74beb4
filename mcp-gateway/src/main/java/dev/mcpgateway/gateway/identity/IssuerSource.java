package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.config.IssuerProfile;
import java.nio.file.Path;

/** An issuer and where its keys come from. */
public sealed interface IssuerSource {
    /** What its tokens must look like. */
    IssuerProfile profile();

    /** Keys behind a URL. */
    record Remote(IssuerProfile profile, JwksRetriever keys) implements IssuerSource {}

    /** Keys in a file. */
    record Local(IssuerProfile profile, Path jwks) implements IssuerSource {}
}
