package dev.mcpgateway.connectors.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses are no target unless the operator lists them: everything that the IANA special-purpose registries
 * (RFC 6890 and successors) do not call globally reachable. An address that embeds an IPv4 address reaches that one, so
 * it is judged by both.
 */
final class AddressRules {
    private static final List<AddressRange> BLOCKED = Stream.of(
                    "0.0.0.0/8", // this network; 0.0.0.0 connects to the own host
                    "10.0.0.0/8", // private
                    "100.64.0.0/10", // carrier-grade NAT
                    "127.0.0.0/8", // loopback
                    "169.254.0.0/16", // link local, cloud metadata
                    "172.16.0.0/12", // private
                    "192.0.0.0/24", // protocol assignments
                    "192.0.2.0/24", // documentation
                    "192.88.99.0/24", // 6to4 relay, deprecated
                    "192.168.0.0/16", // private
                    "198.18.0.0/15", // benchmarks
                    "198.51.100.0/24", // documentation
                    "203.0.113.0/24", // documentation
                    "224.0.0.0/4", // multicast
                    "240.0.0.0/4", // reserved, broadcast
                    "::/128", // unspecified; connects to the own host
                    "::1/128", // loopback
                    "64:ff9b:1::/48", // local NAT64: where the IPv4 address stands is the network's secret
                    "100::/64", // discard
                    "2001:2::/48", // benchmarks
                    "2001:10::/28", // ORCHID
                    "2001:20::/28", // ORCHIDv2
                    "2001:db8::/32", // documentation
                    "3fff::/20", // documentation
                    "5f00::/16", // segment routing
                    "fc00::/7", // unique local
                    "fe80::/10", // link local
                    "fec0::/10", // site local, deprecated
                    "ff00::/8") // multicast
            .map(AddressRange::of)
            .toList();

    // IPv4-mapped addresses are missing on purpose: Java holds them as IPv4 addresses
    private static final AddressRange COMPATIBLE = AddressRange.of("::/96");
    private static final AddressRange TRANSLATED = AddressRange.of("::ffff:0:0:0/96");
    private static final AddressRange NAT64 = AddressRange.of("64:ff9b::/96");
    private static final AddressRange SIX_TO_FOUR = AddressRange.of("2002::/16");
    private static final AddressRange TEREDO = AddressRange.of("2001::/32");

    private AddressRules() {}

    /** Whether the address may be reached: it, and every address inside it, is public or in {@code allowed}. */
    static boolean isAllowed(InetAddress address, List<AddressRange> allowed) {
        if (contains(allowed, address)) {
            return true;
        }
        if (contains(BLOCKED, address)) {
            return false;
        }
        for (InetAddress inner : embedded(address)) {
            if (!contains(allowed, inner) && contains(BLOCKED, inner)) {
                return false;
            }
        }
        return true;
    }

    private static boolean contains(List<AddressRange> ranges, InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    private static List<InetAddress> embedded(InetAddress address) {
        byte[] bytes = address.getAddress();
        List<InetAddress> inner = new ArrayList<>(2);
        if (bytes.length == 4) {
            return inner;
        }
        if (COMPATIBLE.contains(address)
                || TRANSLATED.contains(address)
                || NAT64.contains(address)
                || isIsatap(bytes)) {
            inner.add(v4(bytes, 12, 0));
        } else if (SIX_TO_FOUR.contains(address)) {
            inner.add(v4(bytes, 2, 0));
        } else if (TEREDO.contains(address)) {
            inner.add(v4(bytes, 4, 0));
            inner.add(v4(bytes, 12, 0xFF));
        }
        return inner;
    }

    private static boolean isIsatap(byte[] bytes) {
        return (bytes[8] & 0xFD) == 0 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == (byte) 0xFE;
    }

    private static InetAddress v4(byte[] bytes, int from, int mask) {
        byte[] inner = Arrays.copyOfRange(bytes, from, from + 4);
        for (int i = 0; i < 4; i++) {
            inner[i] ^= (byte) mask;
        }
        try {
            return InetAddress.getByAddress(inner);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }
}
