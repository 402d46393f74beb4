package dev.mcpgateway.audit;

import dev.mcpgateway.audit.testing.TestAuditLog;
import java.io.IOException;
import java.nio.file.Path;

/** A second process for tests: opens the log and holds it until it is ended, or says why it cannot. */
final class OtherProcess {
    private OtherProcess() {}

    public static void main(String[] args) throws IOException {
        try (TestAuditLog _ = TestAuditLog.in(Path.of(args[1]))) {
            System.out.println("holding");
            if (args[0].equals("hold")) {
                int end = System.in.read();
                System.out.println(end);
            }
        } catch (AuditRefusesToStart e) {
            System.out.println(e.getMessage());
        }
    }
}
