package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.util.ResourceRetriever;
import dev.mcpgateway.gateway.config.IssuerProfile;
import java.net.URL;
import java.nio.file.Path;

/** An issuer and where its keys come from. */
public sealed interface IssuerSource {
    /** What its tokens must look like. */
    IssuerProfile profile();

    /** Keys behind a URL. */
    record Remote(IssuerProfile profile, URL jwks, ResourceRetriever retriever) implements IssuerSource {}

    /** Keys in a file. */
    record Local(IssuerProfile profile, Path jwks) implements IssuerSource {}
}
