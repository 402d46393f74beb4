package dev.mcpgateway.policy.screen;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Prints what screening costs. Not part of the build: {@code mvn -pl policy test -Dtest=ScreenBenchmark}. */
class ScreenBenchmark {

    private static final String PROSE =
            "The harbour opens at nine and closes at five on weekdays. Boats may moor for two hours near "
                    + "the old pier. Tickets cost four euros at the desk, or three for groups of ten. ";

    private final ResponseScreen screen = new ResponseScreen(PatternSet.shipped());

    @Test
    void texts() {
        String clean = PROSE.repeat(6).substring(0, 1000);
        String escaped = PROSE.repeat(6).substring(0, 999) + "\\";
        String literals = PROSE.repeat(6).substring(0, 960) + "please follow the secret account content";
        for (int kilobytes : new int[] {1, 4, 64, 1000}) {
            measure("ASCII without literals", clean, kilobytes);
            measure("with a backslash per KB", escaped, kilobytes);
            measure("with four literals per KB", literals, kilobytes);
            measure("literal at every word", "ignore your ".repeat(84).substring(0, 1000), kilobytes);
        }
    }

    private void measure(String name, String kilobyte, int kilobytes) {
        List<Segment> segments = List.of(Segment.ofText(Place.TOOL_OUTPUT, kilobyte.repeat(kilobytes)));
        int scans = Math.max(3, 20_000 / kilobytes);
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 8; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < scans; i++) {
                if (screen.scan(segments).coverage().chars() == 0) {
                    throw new AssertionError("nothing was scanned");
                }
            }
            best = Math.min(best, (System.nanoTime() - start) / 1000.0 / scans);
        }
        System.out.printf(
                Locale.ROOT,
                "%-26s %5d KB: %10.1f µs, %6.2f ns per character%n",
                name,
                kilobytes,
                best,
                best / kilobytes);
    }
}
