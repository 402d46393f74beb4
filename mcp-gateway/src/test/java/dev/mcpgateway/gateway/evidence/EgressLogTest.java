package dev.mcpgateway.gateway.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a proxy's log tells of providers of models. */
class EgressLogTest {
    @TempDir
    Path folder;

    private EgressLog.Report read(String text, String... gateways) throws Exception {
        return EgressLog.read(Files.writeString(folder.resolve("proxy.log"), text), Set.of(gateways));
    }

    @Test
    void jsonLinesAreCountedByHostAndSource() throws Exception {
        EgressLog.Report report = read("""
                {"host":"api.openai.com","user":"alice"}
                {"url":"https://api.openai.com:443/v1/chat?x=1","user":"bob"}
                {"sni":"api.openai.com.","src_ip":"10.0.0.7"}
                {"host":"www.example.org","user":"alice"}
                {"user":"nobody"}
                not json at all
                """, "10.0.0.7");

        assertThat(report.grid().rows()).containsExactly(List.of("openai", "api.openai.com", "3", "1", "2", "in part"));
        assertThat(report.unreadable())
                .as("no host, and a line that can be no header where it stands")
                .isEqualTo(2);
    }

    @Test
    void csvIsReadByItsHeader() throws Exception {
        EgressLog.Report report = read("""
                time,user,cs-host,bytes
                1,"Smith, J.",api.anthropic.com:443,10
                2,gw,api.anthropic.com,10
                3,gw,bedrock-runtime.eu-west-1.amazonaws.com,10
                """, "gw");

        assertThat(report.grid().rows())
                .containsExactly(
                        List.of("anthropic", "api.anthropic.com", "2", "1", "1", "in part"),
                        List.of("aws.bedrock", "bedrock-runtime.eu-west-1.amazonaws.com", "1", "1", "0", "yes"));
        assertThat(report.lines()).isEqualTo(3);
    }

    @Test
    void aLineWithoutEndIsNotKept() throws Exception {
        EgressLog.Report report =
                read("{\"host\":\"" + "a".repeat(200_000) + "\n{\"host\":\"api.openai.com\"}\n" + "x".repeat(100_000));

        assertThat(report.grid().rows()).hasSize(1);
        assertThat(report.lines()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "api.openai.com, openai",
        "eu.api.openai.com, openai",
        "NAME.openai.azure.com, azure.ai.openai",
        "europe-west1-aiplatform.googleapis.com, gcp.vertex_ai",
        "bedrock-runtime-fips.us-east-1.amazonaws.com, aws.bedrock",
        "api.openai.com.evil.example, ''",
        "notopenai.com, ''",
        "s3.amazonaws.com, ''"
    })
    void hostsAreKnownByTheirWholeNameOrItsEnd(String host, String provider) throws Exception {
        assertThat(ProviderHosts.shipped().provider(host).orElse("")).isEqualTo(provider);
    }

    @Test
    void whatOthersChoseIsNoFormulaAndMovesNoCursor() {
        Grid grid = new Grid(List.of("a_b", "c"), List.of(List.of("=HYPERLINK(1)", "x\u001b[2J\"y")));

        assertThat(grid.as(Grid.Form.CSV)).isEqualTo("a_b,c\r\n\"'=HYPERLINK(1)\",\"x?[2J\"\"y\"\r\n");
        assertThat(grid.as(Grid.Form.TABLE)).isEqualTo("A B            C\n=HYPERLINK(1)  x?[2J\"y\n");
        assertThat(grid.as(Grid.Form.JSON))
                .contains("\"a_b\":\"=HYPERLINK(1)\"")
                .doesNotContain("\u001b");
    }
}
