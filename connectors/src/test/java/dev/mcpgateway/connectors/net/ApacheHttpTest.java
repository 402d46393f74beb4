package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.util.Set;

/** The general client keeps the contract. */
class ApacheHttpTest extends HttpTransportContract {
    @Override
    HttpSettings.Client client() {
        return HttpSettings.Client.STANDARD;
    }

    @Override
    int firstHarmlessCut(String answer) {
        int lastChunk = answer.indexOf("0\r\n\r\n");
        return lastChunk < 0 ? answer.length() : lastChunk + 1;
    }

    @Override
    Set<Kind> kindsOfACut() {
        return Set.of(Kind.BROKEN, Kind.MALFORMED);
    }
}
