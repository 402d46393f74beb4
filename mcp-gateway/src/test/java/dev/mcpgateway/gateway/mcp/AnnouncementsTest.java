package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AnnouncementsTest {
    @Test
    void anErrorInOneRoundDoesNotEndThoseAfterIt() {
        AtomicInteger rounds = new AtomicInteger();
        Announcements announcements = new Announcements(
                new ViewTables(List.of(), PayloadLimits.STANDARD),
                () -> {
                    rounds.incrementAndGet();
                    throw new LinkageError("made by a test");
                },
                InstantSource.system(),
                System::nanoTime);
        announcements.changed();
        Await.until("the first round", () -> rounds.get() == 1);

        announcements.changed();

        Await.until("the next one", () -> rounds.get() == 2);
    }
}
