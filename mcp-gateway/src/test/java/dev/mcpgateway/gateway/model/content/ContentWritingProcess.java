package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.audit.testing.TestAuditLog;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** Keeps contents without pause until it is killed; says so when it is warm. */
final class ContentWritingProcess {
    private static final int WAITING_MAX = 8;
    private static final int BYTES_MAX = 1 << 17;

    /** Until then most of the time goes into code that is not compiled yet, and none would be killed while it writes. */
    private static final int WARM = 100;

    private ContentWritingProcess() {}

    public static void main(String[] args) throws Exception {
        TestContents contents = TestContents.in(Path.of(args[0]));
        TestAuditLog audit = TestAuditLog.in(contents.folder());
        SealedContent content = contents.start(audit.log());
        KeptTenant tenant = contents.tenant();
        Random random = new Random();
        Deque<Keeping> waiting = new ArrayDeque<>();
        int kept = 0;
        while (true) {
            Keeping next = TestContents.keeping(tenant, random.nextInt(BYTES_MAX));
            content.writer().write(next);
            waiting.add(next);
            if (waiting.size() < WAITING_MAX) {
                continue;
            }
            if (!waiting.removeFirst().isKeptWithin(60_000)) {
                throw new IllegalStateException("a content was not kept");
            }
            if (++kept == WARM) {
                System.out.println("kept");
            }
        }
    }
}
