package dev.mcpgateway.gateway.model.content;

import dev.mcpgateway.audit.testing.TestAuditLog;
import java.nio.file.Path;

/** Starts on a folder of contents and deletes what is over its time; prints what is taken of the disk before and after. */
final class ContentExpiringProcess {
    private ContentExpiringProcess() {}

    public static void main(String[] args) throws Exception {
        TestContents contents = TestContents.in(Path.of(args[0]));
        try (TestAuditLog audit = TestAuditLog.in(contents.folder());
                SealedContent content = contents.start(audit.log())) {
            System.out.println(content.bytes().get("acme"));
            content.expire();
            System.out.println(content.bytes().get("acme"));
        }
    }
}
