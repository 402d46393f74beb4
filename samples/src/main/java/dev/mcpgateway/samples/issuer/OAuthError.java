package dev.mcpgateway.samples.issuer;

import java.io.Serial;

/** An error answer of the token endpoint (RFC 6749 section 5.2, RFC 8707 section 2). */
final class OAuthError extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final String description;

    private OAuthError(int status, String code, String description) {
        super(description, null, false, false);
        this.status = status;
        this.code = code;
        this.description = description;
    }

    static OAuthError invalidRequest(String description) {
        return new OAuthError(400, "invalid_request", description);
    }

    static OAuthError invalidClient() {
        return new OAuthError(401, "invalid_client", "HTTP Basic with the client 'sample' and its secret is needed");
    }

    static OAuthError unsupportedGrantType() {
        return new OAuthError(400, "unsupported_grant_type", "grant_type must be client_credentials");
    }

    static OAuthError invalidScope() {
        return new OAuthError(400, "invalid_scope", "scope must be names with spaces between them");
    }

    static OAuthError invalidTarget() {
        return new OAuthError(400, "invalid_target", "resource must be an absolute URI without a fragment");
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    String description() {
        return description;
    }
}
