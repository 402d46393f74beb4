package dev.mcpgateway.policy.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.mcpgateway.policy.yaml.Problem;
import dev.mcpgateway.policy.yaml.YamlRead;
import dev.mcpgateway.policy.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds the parser and the JSON Schema for editors together over one corpus. */
class PolicyCorpusTest {

    static List<CorpusCase> cases() {
        return CorpusCase.all();
    }

    @Test
    void theCorpusHasCasesOfEachKind() {
        assertThat(cases())
                .hasSizeGreaterThan(35)
                .extracting(CorpusCase::kind)
                .contains("valid", "invalid", "semantic");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theParserAcceptsWhatIsValidAndNamesEveryProblemOfTheRest(CorpusCase file) {
        PolicyParse parse = PolicyParser.parse(
                List.of(new PolicySource("p.yaml", file.yaml().getBytes(StandardCharsets.UTF_8))), KnownNames.none());

        List<String> said = switch (parse) {
            case PolicyParse.Parsed _ -> List.of();
            case PolicyParse.Rejected(List<Problem> problems) ->
                problems.stream().map(Problem::render).toList();
        };
        assertThat(said.isEmpty()).as(said.toString()).isEqualTo(file.kind().equals("valid"));
        assertThat(said).hasSameSizeAs(file.problems());
        for (int i = 0; i < said.size(); i++) {
            assertThat(said.get(i)).startsWith(file.problems().get(i));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theJsonSchemaAgreesAsFarAsItCanSee(CorpusCase file) throws IOException {
        JsonNode json = ((YamlRead.Tree) YamlReader.read("p.yaml", file.yaml().getBytes(StandardCharsets.UTF_8)))
                .root()
                .toJson();

        List<Error> errors = schema().validate(json);

        assertThat(errors.isEmpty())
                .as(errors.toString())
                .isEqualTo(!file.kind().equals("invalid"));
    }

    private static Schema schema() throws IOException {
        try (InputStream json = Objects.requireNonNull(PolicyParser.class.getResourceAsStream("policy.schema.json"))) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(new JsonMapper().readTree(json));
        }
    }
}
