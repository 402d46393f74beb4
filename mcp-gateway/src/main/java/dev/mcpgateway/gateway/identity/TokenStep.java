package dev.mcpgateway.gateway.identity;

import java.util.Locale;

/** The steps of a verification, in order. Each refusal names its own, for log and audit. */
enum TokenStep {
    /** Length, three parts, canonical base64url, strict JSON. */
    FORM,
    /** A configured issuer, selected by a claim that is not believed yet. */
    ISSUER,
    /** Members, algorithm and type of the header. */
    HEADER,
    /** Expiry, issue time, lifetime. */
    TIMES,
    /** Issued for this view. */
    AUDIENCE,
    /** One key of the issuer fits. */
    KEY,
    /** That key made the signature. */
    SIGNATURE,
    /** Everything else that is read from the payload. */
    CLAIMS,
    /** Sent from where it may be used. */
    SOURCE,
    /** The token is bound to a key or certificate where it must be, and is used as what it is. */
    BINDING,
    /** The proof that belongs to a bound token (RFC 9449, section 4.3). */
    PROOF,
    /** The proof lacks the gateway's nonce (RFC 9449, section 9). */
    NONCE;

    /** The name in details of refusals. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
