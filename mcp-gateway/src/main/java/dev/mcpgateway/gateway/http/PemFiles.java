package dev.mcpgateway.gateway.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** A certificate chain and its private key in PEM files (RFC 7468; the key in PKCS #8 without a password). */
final class PemFiles {
    private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String KEY_END = "-----END PRIVATE KEY-----";
    private static final char[] NO_PASSWORD = new char[0];

    private PemFiles() {}

    /**
     * Reads both into a key store that lives in memory, without a password.
     *
     * @throws IOException if a file cannot be read or does not hold what it should; the message names the file
     */
    static KeyStore keyStore(Path certificate, Path privateKey) throws IOException {
        Collection<? extends Certificate> chain = chain(certificate);
        PrivateKey key = privateKey(privateKey);
        try {
            // a key store takes any pair; half of a renewal would then fail every handshake
            if (!isKeyOf(chain.iterator().next().getPublicKey(), key)) {
                throw new GeneralSecurityException("what one signs the other does not verify");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException failure) {
            throw new IOException(privateKey + " is not the key of " + certificate, failure);
        }
    }

    /**
     * Reads certificates that vouch for others.
     *
     * @throws IOException if the file cannot be read or holds none; the message names it
     */
    static KeyStore trustStore(Path certificates) throws IOException {
        Collection<? extends Certificate> anchors = chain(certificates);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate anchor : anchors) {
                store.setCertificateEntry("ca" + number++, anchor);
            }
            return store;
        } catch (GeneralSecurityException failure) {
            throw new IOException("these certificates cannot be used: " + certificates, failure);
        }
    }

    private static boolean isKeyOf(PublicKey publicKey, PrivateKey privateKey) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (privateKey.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> "EdDSA";
                });
        signature.initSign(privateKey);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        return signature.verify(signed);
    }

    private static Collection<? extends Certificate> chain(Path file) throws IOException {
        try {
            Collection<? extends Certificate> chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (GeneralSecurityException failure) {
            throw new IOException("no PEM certificate chain: " + file, failure);
        }
        throw new IOException("no certificate in " + file);
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        int begin = pem.indexOf(KEY_BEGIN);
        int end = pem.indexOf(KEY_END);
        if (begin < 0 || end < begin) {
            throw new IOException("no PKCS #8 private key (\"" + KEY_BEGIN + "\") in " + file
                    + "; convert with: openssl pkcs8 -topk8 -nocrypt");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(pem.substring(begin + KEY_BEGIN.length(), end));
        } catch (IllegalArgumentException notBase64) {
            throw new IOException("broken base64 in " + file, notBase64);
        }
        List<GeneralSecurityException> failures = new ArrayList<>();
        for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (GeneralSecurityException otherAlgorithm) {
                failures.add(otherAlgorithm);
            }
        }
        IOException failure = new IOException("neither an EC, an RSA nor an EdDSA key: " + file);
        failures.forEach(failure::addSuppressed);
        throw failure;
    }
}
