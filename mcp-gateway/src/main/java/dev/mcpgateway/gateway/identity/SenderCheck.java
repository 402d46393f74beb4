package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.http.Exchange;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * Whether who sends a token is whom it was issued to, where the token says how to tell: by a DPoP proof (RFC 9449), by
 * the certificate of its TLS connection (RFC 8705) or by the address that it comes from. Done for every request; a bound token without its proof is refused
 * whatever the issuer's profile asks for.
 */
final class SenderCheck {
    private static final String DPOP_NONCE = "DPoP-Nonce";

    private final DpopProofs proofs;
    private final DpopNonces nonces;
    private final URI publicUrl;

    /** Proofs are for requests at this URL, by which agents know the gateway. */
    SenderCheck(DpopProofs proofs, DpopNonces nonces, URI publicUrl) {
        this.proofs = proofs;
        this.nonces = nonces;
        this.publicUrl = publicUrl;
    }

    /**
     * Passes if the sender of this request may use the token.
     *
     * @throws BadToken if not
     * @throws KeysUnavailable if that cannot be found out now
     */
    void check(Exchange exchange, PresentedToken presented, VerifiedToken token) throws BadToken, KeysUnavailable {
        checkSource(exchange, token);
        Confirmation confirmation = token.confirmation();
        String thumbprint = confirmation.certificateThumbprint();
        if (thumbprint != null) {
            checkCertificate(exchange, thumbprint);
        }
        String key = confirmation.keyThumbprint();
        if (key == null && presented.isDpop()) {
            throw new BadToken(TokenStep.BINDING, "token is not bound to a key and came with the scheme DPoP");
        }
        if (key != null && !presented.isDpop()) {
            throw new BadToken(TokenStep.BINDING, "token is bound to a key and came with the scheme Bearer");
        }
        if (key != null) {
            checkProof(exchange, presented, token, key);
        }
    }

    /** The connection's own address: header fields can be written by anybody. */
    private static void checkSource(Exchange exchange, VerifiedToken token) throws BadToken {
        if (token.sources().isEmpty()) {
            return;
        }
        InetAddress address = exchange.peerAddress();
        if (address == null || token.sources().stream().noneMatch(range -> range.contains(address))) {
            throw new BadToken(
                    TokenStep.SOURCE,
                    "credential " + token.caller().credentialKeyId() + " is not for " + exchange.remoteAddress());
        }
    }

    private static void checkCertificate(Exchange exchange, String thumbprint) throws BadToken {
        X509Certificate certificate = exchange.peerCertificate();
        if (certificate == null) {
            throw new BadToken(TokenStep.BINDING, "token is bound to a certificate and the connection has none");
        }
        try {
            byte[] hash = TokenHash.digest().digest(certificate.getEncoded());
            if (Base64.getUrlEncoder().withoutPadding().encodeToString(hash).equals(thumbprint)) {
                return;
            }
        } catch (CertificateEncodingException unreadable) {
            throw new BadToken(TokenStep.BINDING, "the connection's certificate cannot be read");
        }
        throw new BadToken(TokenStep.BINDING, "token is bound to another certificate");
    }

    private void checkProof(Exchange exchange, PresentedToken presented, VerifiedToken token, String key)
            throws BadToken, KeysUnavailable {
        String proof = exchange.headers().get("DPoP");
        if (proof == null || exchange.headers().getFields("DPoP").size() > 1) {
            throw new BadToken(TokenStep.PROOF, "no DPoP header, or more than one");
        }
        boolean withNonce = token.profile().dpopNonce();
        URI url = URI.create(publicUrl + exchange.path());
        if (withNonce) {
            // whatever the answer is, it carries the nonce to be used next
            exchange.response().getHeaders().put(DPOP_NONCE, nonces.current());
        }
        proofs.check(proof, new DpopProofs.Use(exchange.method(), url, presented.token(), key, withNonce));
    }
}
