package dev.mcpgateway.gateway.identity;

/** What counts as one source of requests that nobody is known to have sent. */
final class SourceAddress {
    private SourceAddress() {}

    /** The address itself, or its network: one subscriber has at least a /64 of IPv6 addresses. */
    static String of(String address) {
        int at = -1;
        for (int group = 0; group < 4; group++) {
            at = address.indexOf(':', at + 1);
            if (at < 0) {
                return address;
            }
        }
        return address.substring(0, at);
    }
}
