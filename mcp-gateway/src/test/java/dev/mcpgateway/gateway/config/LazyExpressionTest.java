package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library of 8 MB is loaded where a rule needs it, and nowhere else. */
class LazyExpressionTest {
    @TempDir
    Path folder;

    @Test
    void theLanguageIsLoadedForARuleThatUsesItAndForNoOther() throws Exception {
        assertThat(loaded("stream: true"))
                .contains("dev.mcpgateway.gateway.config.AliasReader")
                .doesNotContain("dev.cel.");
        assertThat(loaded("expression: stream")).contains("dev.cel.runtime.");
    }

    /** The classes that checking such a configuration loads. What else is wrong with it does not matter here. */
    private String loaded(String when) throws Exception {
        Path config = Files.writeString(folder.resolve("gateway.yaml"), """
                version: 1
                models:
                  providers: {p: {kind: openai, credential: none}}
                  aliases:
                    a: {targets: [{provider: p, model: m}], rules: [{when: {%s}, alias: b}]}
                    b: {targets: [{provider: p, model: n}]}
                """.formatted(when));
        Path log = folder.resolve("classes.log");
        Files.deleteIfExists(log);
        Process check = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load=info:file=" + log + "::filecount=0",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName(),
                        "check",
                        "--config",
                        config.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(check.waitFor(3, TimeUnit.MINUTES)).isTrue();
        return Files.readString(log);
    }
}
