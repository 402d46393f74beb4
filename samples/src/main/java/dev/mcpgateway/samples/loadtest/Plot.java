package dev.mcpgateway.samples.loadtest;

import dev.mcpgateway.samples.loadtest.Report.Line;
import java.util.List;
import java.util.Locale;

/** Bars as SVG, with the range of the rounds as a thin line on each. */
final class Plot {
    private static final int WIDTH = 900;
    private static final int LEFT = 150;
    private static final int RIGHT = 150;
    private static final int TOP = 60;
    private static final int STEP = 34;
    private static final int BAR = 20;

    private Plot() {}

    static String ladder(List<Line> lines, String title) {
        List<Line> shown =
                lines.stream().filter(line -> line.cpu().median() > 0).toList();
        double max = shown.stream().mapToDouble(line -> line.cpu().max()).max().orElse(1);
        int height = TOP + shown.size() * STEP + 40;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="20" y="30" font-size="16">%s</text>
                """, WIDTH, height, escape(title)));
        int y = TOP;
        for (Line line : shown) {
            double scale = (WIDTH - LEFT - RIGHT) / max;
            int middle = y + BAR / 2;
            svg.append(String.format(
                    Locale.ROOT,
                    """
                    <text x="%d" y="%d" text-anchor="end">%s</text>
                    <rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>
                    <line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="black" stroke-width="2"/>
                    <text x="%.1f" y="%d">%.1f µs</text>
                    """,
                    LEFT - 10,
                    middle + 5,
                    escape(line.target().name()),
                    LEFT,
                    y,
                    line.cpu().median() * scale,
                    BAR,
                    line.target().name().equals("nginx") ? "#888888" : "#4477aa",
                    LEFT + line.cpu().min() * scale,
                    middle,
                    LEFT + line.cpu().max() * scale,
                    middle,
                    LEFT + line.cpu().max() * scale + 8,
                    middle + 5,
                    line.cpu().median()));
            y += STEP;
        }
        svg.append(String.format(Locale.ROOT, """
                <text x="20" y="%d" fill="#555555">median of rounds, line: smallest to largest; target alone on one core</text>
                </svg>
                """, height - 14));
        return svg.toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
