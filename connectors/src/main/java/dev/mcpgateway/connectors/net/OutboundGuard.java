package dev.mcpgateway.connectors.net;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides, inside name resolution, which addresses one target may be reached at (T21). Because a client connects only
 * to what this guard returned, a name that resolves differently the second time (rebinding) gains nothing.
 *
 * <p>The rules: every address of an answer must be public or in {@code allow_networks}. An address literal is a target
 * only if the operator wrote that very literal into this target's URL, or lists its network. {@code localhost} is
 * loopback and a target only if the operator wrote it. Spellings of addresses other than the canonical one are none.
 *
 * <p>Every refusal has the same text, whether the name does not exist or leads into a private network, so that it tells
 * nothing about what is there; the reason stands in the debug log.
 */
public final class OutboundGuard {
    private static final Logger LOG = LoggerFactory.getLogger(OutboundGuard.class);
    private static final List<AddressRange> LOOPBACK =
            List.of(AddressRange.of("127.0.0.0/8"), AddressRange.of("::1/128"));

    /** Name resolution; a border so that tests can move a name. */
    @FunctionalInterface
    interface Lookup {
        /** All addresses of a name. */
        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    private final String ownHost;
    private final List<AddressRange> allowed;
    private final Lookup lookup;

    OutboundGuard(String ownHost, List<AddressRange> allowed, Lookup lookup) {
        this.ownHost = ownHost;
        this.allowed = List.copyOf(allowed);
        this.lookup = lookup;
    }

    /**
     * The guard of one target.
     *
     * @param url the target's URL as the operator wrote it
     * @param allowNetworks further networks that the operator allows for this target
     */
    public static OutboundGuard forTarget(URI url, List<AddressRange> allowNetworks) {
        return new OutboundGuard(HttpOrigin.of(url).host(), allowNetworks, InetAddress::getAllByName);
    }

    /**
     * The guard of a target whose URL somebody else wrote: without {@code allowNetworks} no literal and no name of this
     * machine is one.
     *
     * @param allowNetworks networks that the operator allows
     */
    public static OutboundGuard forDiscovered(List<AddressRange> allowNetworks) {
        return new OutboundGuard("", allowNetworks, InetAddress::getAllByName);
    }

    /**
     * The addresses at which {@code host} may be reached, in the resolver's order. Blocks while the name is resolved.
     *
     * @param host name or literal in lower case, IPv6 without brackets
     * @throws HttpFault of kind {@link HttpFault.Kind#BLOCKED} if there is none
     */
    public List<InetAddress> resolve(String host) throws HttpFault {
        Optional<InetAddress> literal = AddressLiteral.parse(host);
        if (literal.isPresent()) {
            if (host.equals(ownHost) || isListed(literal.get())) {
                return List.of(literal.get());
            }
            throw refused(host, "an address literal that is neither the target's own nor in allow_networks");
        }
        if (AddressLiteral.looksNumeric(host)) {
            throw refused(host, "a spelling of an address that readers understand differently");
        }
        return host.equals("localhost") ? localhost() : named(host);
    }

    private List<InetAddress> localhost() throws HttpFault {
        List<InetAddress> addresses = lookUp("localhost");
        for (InetAddress address : addresses) {
            boolean own = ownHost.equals("localhost") && LOOPBACK.stream().anyMatch(range -> range.contains(address));
            if (!own && !isListed(address)) {
                throw refused("localhost", "localhost is not this target's own name");
            }
        }
        return addresses;
    }

    private List<InetAddress> named(String host) throws HttpFault {
        List<InetAddress> addresses = lookUp(host);
        for (InetAddress address : addresses) {
            if (!AddressRules.isAllowed(address, allowed)) {
                throw refused(host, "resolves to " + address.getHostAddress());
            }
        }
        return addresses;
    }

    private List<InetAddress> lookUp(String host) throws HttpFault {
        try {
            List<InetAddress> addresses = List.of(lookup.addresses(host));
            if (!addresses.isEmpty()) {
                return addresses;
            }
        } catch (UnknownHostException unknown) {
            LOG.debug("name resolution failed", unknown);
        }
        throw refused(host, "does not resolve");
    }

    private boolean isListed(InetAddress address) {
        return allowed.stream().anyMatch(range -> range.contains(address));
    }

    private static HttpFault refused(String host, String reason) {
        LOG.debug("outbound connection to {} refused: {}", host.toLowerCase(Locale.ROOT), reason);
        return new HttpFault(
                HttpFault.Kind.BLOCKED,
                false,
                "this host is no allowed target: its name must resolve, and only to public addresses or to networks"
                        + " listed in allow_networks",
                null);
    }
}
