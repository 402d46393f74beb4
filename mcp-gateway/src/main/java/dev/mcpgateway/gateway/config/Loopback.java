package dev.mcpgateway.gateway.config;

import java.util.Set;
import java.util.regex.Pattern;

/** Which hosts can only be this machine. */
public final class Loopback {
    private static final Set<String> NAMES = Set.of("::1", "[::1]", "localhost");

    /** An address, not a name that begins like one: {@code 127.example.org} may be anywhere. */
    private static final Pattern ADDRESS = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    private Loopback() {}

    /** Whether a host of a URL or a listening address is loopback; never resolves a name. */
    public static boolean is(String host) {
        return NAMES.contains(host) || ADDRESS.matcher(host).matches();
    }
}
