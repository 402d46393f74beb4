package dev.mcpgateway.connectors.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Address literals in the one spelling that all readers understand alike. {@code 2130706433}, {@code 0177.0.0.1},
 * {@code 0x7f.1} and {@code 127.1} are loopback for some readers and names for others, so they are neither here.
 */
final class AddressLiteral {
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern DOTTED_QUAD = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    /** Neither brackets nor a zone. */
    private static final Pattern IPV6_CHARACTERS = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** WHATWG URL, "ends in a number": the last label is decimal, octal or hexadecimal. */
    private static final Pattern NUMERIC_END = Pattern.compile("(.*\\.)?(0x[0-9a-f]*|[0-9]+)\\.?");

    private AddressLiteral() {}

    /** The address, if {@code host} is a canonical dotted quad or an IPv6 address without zone. */
    static Optional<InetAddress> parse(String host) {
        boolean v4 = DOTTED_QUAD.matcher(host).matches();
        boolean v6 = IPV6_CHARACTERS.matcher(host).matches();
        try {
            if (v4) {
                return Optional.of(InetAddress.getByAddress(quad(host)));
            }
            // an IPv4-mapped literal becomes the IPv4 address that it connects to
            return v6 ? Optional.of(Inet6Address.ofLiteral(host)) : Optional.empty();
        } catch (UnknownHostException | IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    /** Whether {@code host} would be read as an address by some readers: then it must not be looked up as a name. */
    static boolean looksNumeric(String host) {
        return host.indexOf(':') >= 0
                || NUMERIC_END.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    private static byte[] quad(String host) {
        String[] parts = host.split("\\.", -1);
        byte[] address = new byte[4];
        for (int i = 0; i < 4; i++) {
            address[i] = (byte) Integer.parseInt(parts[i]);
        }
        return address;
    }
}
