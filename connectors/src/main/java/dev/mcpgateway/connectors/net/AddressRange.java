package dev.mcpgateway.connectors.net;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A block of addresses in CIDR notation (RFC 4632, RFC 4291 section 2.3).
 *
 * @param network first address; bits behind the prefix are zero
 * @param prefixBits number of leading bits that an address shares with the network
 */
public record AddressRange(InetAddress network, int prefixBits) {

    /** Checks the prefix length and that no bit behind it is set. */
    public AddressRange {
        byte[] bytes = network.getAddress();
        if (prefixBits < 0 || prefixBits > bytes.length * 8) {
            throw new IllegalArgumentException("the prefix length does not fit the address family");
        }
        if (!Arrays.equals(bytes, masked(bytes, prefixBits))) {
            throw new IllegalArgumentException("the network address has bits set behind the prefix");
        }
    }

    /**
     * Reads {@code 10.0.0.0/8}, {@code fd00::/8}, or one address without a prefix length.
     *
     * @throws IllegalArgumentException if it is anything else; the message names the mistake
     */
    public static AddressRange of(String cidr) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? cidr : cidr.substring(0, slash);
        InetAddress network = AddressLiteral.parse(address)
                .orElseThrow(() -> new IllegalArgumentException("not an address or network: " + cidr));
        int bits = network.getAddress().length * 8;
        if (slash >= 0) {
            String prefix = cidr.substring(slash + 1);
            if (!prefix.matches("[0-9]{1,3}")) {
                throw new IllegalArgumentException("not a prefix length: " + cidr);
            }
            bits = Integer.parseInt(prefix);
        }
        return new AddressRange(network, bits);
    }

    /** Whether the address lies in the block. Addresses of the other family never do. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        byte[] own = network.getAddress();
        return bytes.length == own.length && Arrays.equals(masked(bytes, prefixBits), own);
    }

    private static byte[] masked(byte[] address, int prefixBits) {
        byte[] masked = address.clone();
        for (int i = 0; i < masked.length; i++) {
            int kept = Math.clamp(prefixBits - i * 8L, 0, 8);
            masked[i] &= (byte) (0xFF00 >> kept);
        }
        return masked;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixBits;
    }
}
