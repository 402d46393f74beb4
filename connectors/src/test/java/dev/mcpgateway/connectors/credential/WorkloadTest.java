package dev.mcpgateway.connectors.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.credential.Workload.Per;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What providers are told of who calls, and what STS says to it. */
class WorkloadTest {
    private static final Workload ALICE = new Workload("corp", "acme", "bot", "alice");

    @Test
    void aProviderIsToldAsMuchAsTheOperatorWants() {
        assertThat(ALICE.toldPer(Per.CALLER).subject()).isEqualTo("issuer:corp:tenant:acme:client:bot:user:alice");
        assertThat(ALICE.toldPer(Per.CLIENT).subject()).isEqualTo("issuer:corp:tenant:acme:client:bot");
        assertThat(ALICE.toldPer(Per.TENANT).subject()).isEqualTo("issuer:corp:tenant:acme");
        assertThat(ALICE.toldPer(Per.GATEWAY)).isEqualTo(Workload.GATEWAY);
        assertThat(Workload.GATEWAY.subject()).isEqualTo("gateway");
        assertThat(new Workload("corp", "ac me+co", "", "").subject()).isEqualTo("issuer:corp:tenant:ac%20me%2Bco");
        assertThat(new Workload("keys", "", "", "ci").toldPer(Per.CLIENT).subject())
                .as("a caller without an agent is told by its user")
                .isEqualTo("issuer:keys:user:ci");
    }

    @Test
    void noNameImitatesAnother() {
        List<Workload> different = List.of(
                ALICE,
                new Workload("corp", "acme", "bot:user:alice", ""),
                new Workload("corp", "acme:client:bot", "", "alice"),
                new Workload("corp", "acme", "bot%3Auser", "alice"),
                new Workload("corp", "acme", "bot", "ALICE"),
                new Workload("corp", "acme.bot", "", "alice"),
                new Workload("corp", "acme", "bo", "t.alice"),
                new Workload("other", "acme", "bot", "alice"),
                new Workload("corp", "gateway", "", ""));

        assertThat(different).extracting(Workload::subject).doesNotHaveDuplicates();
        assertThat(different).extracting(Workload::sessionName).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                "alice@corp.example",
                "älice\n",
                "a/../b c",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void everySessionNameIsOneToAws(String user) {
        assertThat(new Workload("corp", "acme", "bot", user).sessionName())
                .matches("[A-Za-z0-9_+=,.@-]{2,64}")
                .startsWith("acme.bot.")
                .matches(".*=[0-9a-f]{16}");
        assertThat(Workload.GATEWAY.sessionName()).startsWith("gateway=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "<a><Code>x",
                "<!DOCTYPE a [<!ENTITY e \"x\">]><a><Code>&e;</Code></a>",
                "<!DOCTYPE a [\u0001]><a><Code>x</Code></a>",
                "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a><Code>x</Code></a>",
                "<a><Code>x</Code><Code>y</Code></a>",
                "<a><Code>x<b/></Code></a>"
            })
    void whatStsDoesNotSayClearlyItDoesNotSay(String xml) {
        assertThat(StsAnswer.of(xml.getBytes(StandardCharsets.UTF_8)).text("Code"))
                .isEmpty();
    }

    @Test
    void whatIsNoTextIsNoReasonToSayAnythingOnStandardError() {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(StsAnswer.of("<a><Code>\u00ff".getBytes(StandardCharsets.ISO_8859_1))
                            .text("Code"))
                    .isEmpty();
        } finally {
            System.setErr(before);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).doesNotContain("Fatal Error");
    }

    @Test
    void whatStsSaysIsReadWhateverItsNamespace() {
        String xml =
                "<E xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>Acc&#101;ss<![CDATA[Denied]]>"
                        + "</Code></Error></E>";
        StsAnswer answer = StsAnswer.of(xml.getBytes(StandardCharsets.UTF_8));

        assertThat(answer.text("Code")).isEqualTo("AccessDenied");
        assertThat(answer.toString()).as("there are keys in others").doesNotContain("AccessDenied");
    }
}
