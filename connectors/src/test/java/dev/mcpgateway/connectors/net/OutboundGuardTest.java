package dev.mcpgateway.connectors.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of blocked addresses, and every way around it that is known. */
class OutboundGuardTest {

    private static OutboundGuard guard(String ownHost, List<String> allowed, String... answer) {
        return new OutboundGuard(ownHost, allowed.stream().map(AddressRange::of).toList(), name -> {
            if (answer.length == 0) {
                throw new UnknownHostException(name);
            }
            return Arrays.stream(answer).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
        });
    }

    private static HttpFault refusal(OutboundGuard guard, String host) {
        HttpFault fault = catchThrowableOfType(HttpFault.class, () -> guard.resolve(host));
        assertThat(fault).as(host).isNotNull();
        return fault;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.0",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.0.255",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "192.168.255.255",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fc00::1",
                "fdff:ffff::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1",
                "2001:db8::1",
                "100::1",
                "64:ff9b:1::808:808",
                // embedded addresses: mapped, compatible, translated, NAT64, 6to4, Teredo (server, client), ISATAP
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "::127.0.0.1",
                "::10.1.1.1",
                "::ffff:0:169.254.169.254",
                "64:ff9b::7f00:1",
                "64:ff9b::a9fe:a9fe",
                "2002:7f00:1::1",
                "2002:a9fe:a9fe::",
                "2002:0a00:0001::1",
                "2001:0:7f00:1::1",
                "2001:0:808:808::80ff:fffe",
                "2001:0:808:808::5601:5601",
                "2606:4700::5efe:7f00:1",
                "2606:4700::200:5efe:a00:1"
            })
    void aNameThatResolvesIntoABlockedNetworkIsRefused(String address) {
        HttpFault fault = refusal(guard("crm.example", List.of(), address), "crm.example");

        assertThat(fault.kind()).isEqualTo(Kind.BLOCKED);
        assertThat(fault.sent()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0.0.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.1",
                "169.253.255.255",
                "169.255.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "191.255.255.255",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "64:ff9b::808:808",
                "2002:808:808::1",
                "2001:0:808:808::f7f7:f7f7",
                "::ffff:8.8.8.8"
            })
    void aNameThatResolvesToAPublicAddressIsLetThrough(String address) throws HttpFault {
        assertThat(guard("crm.example", List.of(), address).resolve("crm.example"))
                .containsExactly(InetAddress.ofLiteral(address));
    }

    @Test
    void oneBlockedAddressSpoilsTheWholeAnswer() {
        refusal(guard("crm.example", List.of(), "8.8.8.8", "2606:4700::1", "10.0.0.1"), "crm.example");
    }

    @Test
    void allPublicAddressesComeBackInTheirOrder() throws HttpFault {
        assertThat(guard("crm.example", List.of(), "8.8.8.8", "2606:4700::1").resolve("crm.example"))
                .extracting(InetAddress::getHostAddress)
                .containsExactly("8.8.8.8", "2606:4700:0:0:0:0:0:1");
    }

    @Test
    void aListedNetworkIsAllowedAndItsNeighbourIsNot() throws HttpFault {
        List<String> allowed = List.of("10.1.0.0/16", "fd00:1::/32");

        assertThat(guard("crm.example", allowed, "10.1.255.255").resolve("crm.example"))
                .hasSize(1);
        assertThat(guard("crm.example", allowed, "fd00:1::5").resolve("crm.example"))
                .hasSize(1);
        refusal(guard("crm.example", allowed, "10.2.0.0"), "crm.example");
        refusal(guard("crm.example", allowed, "10.0.255.255"), "crm.example");
        refusal(guard("crm.example", allowed, "fd00:2::5"), "crm.example");
    }

    @Test
    void anEmbeddedAddressOfAListedNetworkIsAllowed() throws HttpFault {
        assertThat(guard("crm.example", List.of("10.0.0.0/8"), "64:ff9b::a01:203")
                        .resolve("crm.example"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.0.0.7", "::1", "8.8.8.8"})
    void aLiteralThatTheOperatorWroteIsATargetOfThatUpstreamOnly(String literal) throws HttpFault {
        assertThat(guard(literal, List.of()).resolve(literal)).containsExactly(InetAddress.ofLiteral(literal));

        refusal(guard("crm.example", List.of()), literal);
        refusal(guard("127.0.0.9", List.of()), literal);
    }

    @Test
    void aListedLiteralIsATarget() throws HttpFault {
        assertThat(guard("crm.example", List.of("10.0.0.0/8")).resolve("10.0.0.7"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "127.0.0.01", "127.0.0.256",
                "1.2.3.4.5", "127.0.0.1.", "0", "00.0.0.0", "::ffff:127.0.0.1%1", "fe80::1%eth0", "foo.0x1", "foo.1",
                "[::1]", ":", "1:2"
            })
    void anotherSpellingOfAnAddressIsNeitherALiteralNorAName(String host) {
        List<String> asked = new ArrayList<>();
        OutboundGuard guard = new OutboundGuard(host, List.of(AddressRange.of("0.0.0.0/0")), name -> {
            asked.add(name);
            return new InetAddress[] {InetAddress.ofLiteral("8.8.8.8")};
        });

        refusal(guard, host);

        assertThat(asked).isEmpty();
    }

    @Test
    void localhostIsATargetOnlyWhenTheOperatorWroteIt() throws HttpFault {
        assertThat(guard("localhost", List.of(), "127.0.0.1", "::1").resolve("localhost"))
                .hasSize(2);

        refusal(guard("crm.example", List.of(), "127.0.0.1"), "localhost");
        refusal(guard("127.0.0.1", List.of(), "127.0.0.1"), "localhost");
    }

    @Test
    void localhostThatIsNotLoopbackIsRefused() {
        refusal(guard("localhost", List.of(), "10.0.0.1"), "localhost");
        refusal(guard("localhost", List.of(), "8.8.8.8"), "localhost");
    }

    @Test
    void everyRefusalReadsAlike() {
        List<String> messages = List.of(
                refusal(guard("crm.example", List.of()), "crm.example").getMessage(),
                refusal(guard("crm.example", List.of(), "10.0.0.1"), "crm.example")
                        .getMessage(),
                refusal(guard("crm.example", List.of(), "10.0.0.1"), "169.254.169.254")
                        .getMessage(),
                refusal(guard("crm.example", List.of(), "10.0.0.1"), "0x7f.1").getMessage(),
                refusal(guard("crm.example", List.of(), "127.0.0.1"), "localhost")
                        .getMessage());

        assertThat(messages)
                .allMatch(messages.getFirst()::equals)
                .allMatch(message -> message.contains("allow_networks"));
    }

    @Test
    void theGuardOfAUrlKnowsItsHost() throws HttpFault {
        OutboundGuard guard = OutboundGuard.forTarget(URI.create("http://[::1]:8080/mcp"), List.of());

        assertThat(guard.resolve("::1")).hasSize(1);
        refusal(guard, "127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.0.0.0/8",
        "10.1.2.3, 10.1.2.3/32",
        "fd00::/8, fd00:0:0:0:0:0:0:0/8",
        "0.0.0.0/0, 0.0.0.0/0",
        "::1, 0:0:0:0:0:0:0:1/128"
    })
    void aNetworkIsReadFromItsNotation(String text, String range) {
        assertThat(AddressRange.of(text)).hasToString(range);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "10.0.0.0/a",
                "10/8",
                "crm.example",
                "",
                "fd00::1/8",
                "::/129",
                "10.0.0.0/8/8"
            })
    void aBadNetworkIsAConfigurationError(String text) {
        assertThat(catchThrowableOfType(IllegalArgumentException.class, () -> AddressRange.of(text)))
                .isNotNull();
    }

    @Test
    void rangesOfTheOtherFamilyContainNothing() {
        assertThat(AddressRange.of("0.0.0.0/0").contains(InetAddress.ofLiteral("::1")))
                .isFalse();
        assertThat(AddressRange.of("::/0").contains(InetAddress.ofLiteral("8.8.8.8")))
                .isFalse();
    }
}
