package dev.mcpgateway.connectors.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/** Reads heads for Apache HttpClient by the same strict rules as the lean client: its own reader takes bare LF and folding. */
final class StrictResponseParser implements HttpMessageParser<ClassicHttpResponse> {

    @Override
    public ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in) throws IOException {
        byte[] bytes = new byte[1024];
        int filled = 0;
        while (true) {
            int next = buffer.read(in);
            if (next < 0) {
                throw LeanConnection.cut();
            }
            if (filled == ResponseHead.BYTES_MAX) {
                throw HttpFault.malformed("a head longer than " + ResponseHead.BYTES_MAX + " bytes");
            }
            if (filled == bytes.length) {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
            bytes[filled++] = (byte) next;
            if (next == '\n' && ResponseHead.end(bytes, filled - 1, filled) >= 0) {
                return response(ResponseHead.parse(bytes, 0, filled));
            }
        }
    }

    private static ClassicHttpResponse response(ResponseHead head) {
        BasicClassicHttpResponse response = new BasicClassicHttpResponse(head.status());
        response.setVersion(head.persistent() ? HttpVersion.HTTP_1_1 : HttpVersion.HTTP_1_0);
        for (int i = 0; i < head.fields().size(); i += 2) {
            response.addHeader(head.fields().get(i), head.fields().get(i + 1));
        }
        return response;
    }
}
