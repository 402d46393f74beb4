package dev.mcpgateway.samples.loadtest;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What this machine does in this minute, to read the other figures by.
 *
 * @param syncMicros median of an append of 600 bytes with fdatasync on the audit volume
 * @param sha256Micros SHA-256 of 1 KB
 * @param es256Micros one ES256 signature
 */
record Calibration(double syncMicros, double sha256Micros, double es256Micros) {
    private static final int SYNCS = 400;
    private static final int HASHES = 20_000;
    private static final int SIGNATURES = 1_500;

    static Calibration measure(Path folder, ECKey key) throws IOException, JOSEException, GeneralSecurityException {
        return new Calibration(sync(folder), sha256(), es256(key));
    }

    private static double sync(Path folder) throws IOException {
        double[] micros = new double[SYNCS];
        ByteBuffer record = ByteBuffer.allocate(600);
        try (FileChannel file = FileChannel.open(
                folder.resolve("calibration"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.DELETE_ON_CLOSE)) {
            for (int i = 0; i < SYNCS; i++) {
                long start = System.nanoTime();
                file.write(record.clear());
                file.force(false);
                micros[i] = (System.nanoTime() - start) / 1000.0;
            }
        }
        Arrays.sort(micros);
        return micros[SYNCS / 2];
    }

    private static double sha256() throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] kilobyte = new byte[1024];
        int sum = 0;
        for (int i = 0; i < HASHES; i++) {
            sum += digest.digest(kilobyte)[0];
        }
        long start = System.nanoTime();
        for (int i = 0; i < HASHES; i++) {
            sum += digest.digest(kilobyte)[0];
        }
        double micros = (System.nanoTime() - start) / 1000.0 / HASHES;
        return sum == Integer.MIN_VALUE ? 0 : micros;
    }

    private static double es256(ECKey key) throws JOSEException {
        ECDSASigner signer = new ECDSASigner(key);
        byte[] input = new byte[300];
        for (int i = 0; i < SIGNATURES; i++) {
            input[0] = signer.sign(new JWSHeader(JWSAlgorithm.ES256), input).decode()[0];
        }
        long start = System.nanoTime();
        for (int i = 0; i < SIGNATURES; i++) {
            input[0] = signer.sign(new JWSHeader(JWSAlgorithm.ES256), input).decode()[0];
        }
        return (System.nanoTime() - start) / 1000.0 / SIGNATURES;
    }
}
