package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists that stand in a file: what it says is offered, and a file that cannot be used offers nothing. */
class WrittenOfferTest {
    @TempDir
    Path folder;

    private Path file;

    private WrittenOffer written;

    @BeforeEach
    void make() {
        file = folder.resolve("lists.json");
        // an upstream that breaks when it is asked for its lists
        written = new WrittenOffer(new ScriptedUpstream(), file);
    }

    private void write(String json) throws IOException {
        Files.writeString(file, json);
    }

    @Test
    void allFourListsAreOfferedAndTheUpstreamIsNotAsked() throws Exception {
        write("""
                {"tools": [{"name": "b", "inputSchema": {"type": "object"}}, {"name": "a"}],
                 "prompts": [{"name": "p"}], "resources": [{"uri": "x://r", "name": "r"}],
                 "resourceTemplates": [{"uriTemplate": "x://{id}", "name": "t"}], "ttlMs": 1, "nextCursor": null}
                """);

        Offer offer = written.offer();

        assertThat(offer.list(FeatureList.TOOLS)).extracting(Definition::name).containsExactly("b", "a");
        assertThat(offer.list(FeatureList.PROMPTS)).extracting(Definition::name).containsExactly("p");
        assertThat(offer.list(FeatureList.RESOURCES))
                .extracting(Definition::name)
                .containsExactly("x://r");
        assertThat(offer.list(FeatureList.RESOURCE_TEMPLATES))
                .extracting(Definition::name)
                .containsExactly("x://{id}");
        assertThat(offer.capabilities().prompts()).isTrue();
        assertThat(offer.capabilities().resources()).isTrue();
        assertThat(offer.capabilities().anyListChanged()).isFalse();
    }

    @Test
    void whatTheFileDoesNotHaveIsNotOffered() throws Exception {
        write("{\"tools\": [{\"name\": \"a\"}, {\"nome\": \"b\"}, {\"name\": \"a\"}]}");

        Offer offer = written.offer();

        assertThat(offer.list(FeatureList.TOOLS)).hasSize(1);
        assertThat(offer.problems()).hasSize(2);
        assertThat(offer.capabilities().prompts()).isFalse();
        assertThat(offer.capabilities().resources()).isFalse();
        assertThat(offer.lists()).as("gone, not unchanged").containsKeys(FeatureList.values());
    }

    @Test
    void theFileIsReadAnewEachTime() throws Exception {
        write("{\"tools\": [{\"name\": \"a\"}]}");
        written.offer();

        write("{\"tools\": [{\"name\": \"b\"}]}");

        assertThat(written.offer().list(FeatureList.TOOLS))
                .extracting(Definition::name)
                .containsExactly("b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            []                                            | is no JSON object
            {"tools": [{"name": "a"}]} more               | no strict JSON
            {"tools": [{"name": "a"}], "tools": []}       | no strict JSON
            {"name": "a"}                                 | has none of tools
            {"result": {"tools": []}}                     | has none of tools
            {"tools": {}}                                 | is no array
            {"tools": [{"name": "a"}], "nextCursor": "x"} | has more pages
            """)
    void aFileThatSaysSomethingElseIsAFault(String json, String why) throws IOException {
        write(json);

        assertThatThrownBy(written::offer).isInstanceOf(UpstreamFault.class).hasMessageContaining(why);
    }

    @Test
    void aFileThatIsNotThereOrTooLongIsAFault() throws IOException {
        assertThatThrownBy(written::offer).isInstanceOf(UpstreamFault.class).hasMessageContaining("does not exist");
        write(" ".repeat(OfferPages.PAGE_BYTES_MAX) + "{\"tools\": []}");
        assertThatThrownBy(written::offer).isInstanceOf(UpstreamFault.class).hasMessageContaining("at most");
        Files.delete(file);
        Files.createDirectory(file);
        assertThatThrownBy(written::offer).isInstanceOf(UpstreamFault.class).hasMessageContaining("cannot be read");
    }
}
