package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.text.ParseException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which published keys may verify what. */
class KeyRulesTest {
    private static final TestIssuer ISSUER = new TestIssuer();

    private static Set<String> algorithms(JWK key) {
        return KeyRules.usable(key).map(VerificationKey::algorithms).orElse(Set.of());
    }

    @Test
    void aKeyIsGoodForTheAlgorithmsOfItsKind() {
        assertThat(algorithms(ISSUER.rsa().toPublicJWK())).containsExactlyInAnyOrder("RS256", "PS256");
        assertThat(algorithms(ISSUER.ec().toPublicJWK())).containsExactly("ES256");
        assertThat(algorithms(ISSUER.ed())).containsExactlyInAnyOrder("EdDSA", "Ed25519");
    }

    @Test
    void aKeyThatNamesItsAlgorithmIsGoodForThatAlone() {
        RSAKey rsa = ISSUER.rsa().toPublicJWK();

        assertThat(algorithms(
                        new RSAKey.Builder(rsa).algorithm(JWSAlgorithm.RS256).build()))
                .containsExactly("RS256");
        assertThat(algorithms(
                        new RSAKey.Builder(rsa).algorithm(JWSAlgorithm.ES256).build()))
                .isEmpty();
        assertThat(algorithms(new RSAKey.Builder(rsa)
                        .algorithm(new Algorithm("RSA-OAEP"))
                        .build()))
                .isEmpty();
        assertThat(algorithms(new OctetKeyPair.Builder(ISSUER.ed())
                        .algorithm(JWSAlgorithm.EdDSA)
                        .build()))
                .containsExactlyInAnyOrder("EdDSA", "Ed25519");
        assertThat(algorithms(new OctetKeyPair.Builder(ISSUER.ed())
                        .algorithm(JWSAlgorithm.ES256)
                        .build()))
                .isEmpty();
    }

    @Test
    void keysForSomethingElseVerifyNothing() throws Exception {
        ECKey ec = ISSUER.ec().toPublicJWK();

        assertThat(algorithms(ISSUER.ec())).as("a private key was published").isEmpty();
        assertThat(algorithms(new OctetSequenceKeyGenerator(256).generate())).isEmpty();
        assertThat(algorithms(new ECKey.Builder(ec).keyUse(KeyUse.ENCRYPTION).build()))
                .isEmpty();
        assertThat(algorithms(new ECKey.Builder(ec).keyUse(KeyUse.SIGNATURE).build()))
                .containsExactly("ES256");
        assertThat(algorithms(new ECKey.Builder(ec)
                        .keyOperations(Set.of(KeyOperation.SIGN))
                        .build()))
                .isEmpty();
        assertThat(algorithms(new ECKey.Builder(ec)
                        .keyOperations(Set.of(KeyOperation.VERIFY))
                        .build()))
                .containsExactly("ES256");
        assertThat(algorithms(new ECKeyGenerator(Curve.P_384).generate().toPublicJWK()))
                .isEmpty();
        assertThat(algorithms(new OctetKeyPair.Builder(Curve.X25519, ISSUER.ed().getX()).build()))
                .isEmpty();
        assertThat(algorithms(new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(new byte[31])).build()))
                .isEmpty();
    }

    @Test
    void rsaKeysAreNeitherWeakNorDear() throws Exception {
        RSAKey weak = new RSAKeyGenerator(1024, true).generate().toPublicJWK();
        BigInteger modulus = ISSUER.rsa().getModulus().decodeToBigInteger();

        assertThat(algorithms(weak)).isEmpty();
        assertThat(algorithms(rsa(modulus, BigInteger.ONE.shiftLeft(31).add(BigInteger.ONE))))
                .isNotEmpty();
        assertThat(algorithms(rsa(modulus, BigInteger.ONE.shiftLeft(32).add(BigInteger.ONE))))
                .isEmpty();
        assertThat(algorithms(rsa(BigInteger.ONE.shiftLeft(8191).add(BigInteger.ONE), BigInteger.valueOf(65_537))))
                .isNotEmpty();
        assertThat(algorithms(rsa(BigInteger.ONE.shiftLeft(8192).add(BigInteger.ONE), BigInteger.valueOf(65_537))))
                .isEmpty();
        assertThat(algorithms(rsa(BigInteger.ONE.shiftLeft(2047).add(BigInteger.ONE), BigInteger.valueOf(3))))
                .isNotEmpty();
    }

    private static RSAKey rsa(BigInteger modulus, BigInteger exponent) {
        return new RSAKey.Builder(Base64URL.encode(modulus), Base64URL.encode(exponent)).build();
    }

    @Test
    void aStrangeKeyDoesNotTakeTheOthersWithIt() throws Exception {
        String good = ISSUER.ec().toPublicJWK().toString();
        String set = "{\"keys\":[{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"},{},{\"kty\":7},"
                + "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + "A".repeat(43) + "\",\"y\":\"" + "A".repeat(43)
                + "\"},"
                + "{\"kty\":\"EC\",\"crv\":\"P-999\",\"x\":\"AA\",\"y\":\"AA\"},{\"kty\":\"RSA\"}," + good + "]}";

        assertThat(KeyRules.read(set).stream().map(VerificationKey::keyId).collect(Collectors.toList()))
                .containsExactly("ec-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "7", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[1]}", "{\"keys\":[", "keys"})
    void whatIsNoKeySetIsToldSo(String text) {
        assertThatThrownBy(() -> KeyRules.read(text)).isInstanceOf(ParseException.class);
    }

    @Test
    void aKeySetMayBeEmpty() throws Exception {
        assertThat(KeyRules.read("{\"keys\":[]}")).isEmpty();
    }

    @Test
    void amongKeysThatFitNoneIsTriedOut() throws Exception {
        List<VerificationKey> keys = KeyRules.read("{\"keys\":["
                + new ECKey.Builder(ISSUER.ec().toPublicJWK()).keyID("a").build() + ","
                + new ECKey.Builder(ISSUER.ec().toPublicJWK()).keyID("b").build() + ","
                + new ECKey.Builder(ISSUER.ec().toPublicJWK()).keyID("b").build() + ","
                + new ECKey.Builder(ISSUER.ec().toPublicJWK()).keyID(null).build() + ","
                + ISSUER.rsa().toPublicJWK() + "]}");

        assertThat(KeyRules.only(keys, "a", "ES256")).isPresent();
        assertThat(KeyRules.only(keys, "b", "ES256")).as("two of this id").isEmpty();
        assertThat(KeyRules.only(keys, "c", "ES256")).isEmpty();
        assertThat(KeyRules.only(keys, "a", "RS256")).isEmpty();
        assertThat(KeyRules.only(keys, null, "ES256")).isEmpty();
        assertThat(KeyRules.only(keys, null, "RS256")).isPresent();
    }
}
