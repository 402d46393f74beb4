package dev.mcpgateway.gateway.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.model.ModelProvider;
import dev.mcpgateway.gateway.Main;
import dev.mcpgateway.gateway.cli.Commands;
import dev.mcpgateway.gateway.endtoend.TestClock;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps the modules closed boxes, and the paths the only way to an upstream and to an agent. */
class ArchitectureTest {
    private static final String ROOT = "dev.mcpgateway.";

    /** Each module's packages, and how many classes it has at the least. */
    private static final Map<String, Integer> MODULES =
            Map.of("policy", 100, "audit", 100, "connectors", 100, "gateway", 100);

    /** Where a clock or a source of chance may be taken: each with the reason. */
    private static final Set<String> WIRING = Set.of(
            ROOT + "gateway.Wiring", // the gateway's only clocks and sources
            ROOT + "gateway.cli.PolicyExplainCommand", // a command's default for --at
            ROOT + "audit.AuditLog", // hands the monotonic clock to an injected seam; draws one number at the start
            ROOT + "audit.InitCommand", // a command has no wiring above it
            ROOT + "audit.AuditKeys", // the random id of a new log
            ROOT + "audit.KeyFiles"); // new keys

    private static final Pattern CLOCK_OR_CHANCE = Pattern.compile("java\\.time\\.[A-Za-z.]+\\.now"
            + "|java\\.time\\.(Clock|InstantSource)\\.(system|tick)[A-Za-z]*"
            + "|java\\.lang\\.System\\.(nanoTime|currentTimeMillis)"
            + "|java\\.lang\\.Math\\.random"
            + "|java\\.util\\.UUID\\.randomUUID"
            + "|java\\.util\\.concurrent\\.ThreadLocalRandom\\.current"
            + "|java\\.util\\.random\\.RandomGenerator(Factory)?\\.(of|getDefault|create)"
            + "|java\\.util\\.(Date|Random|SplittableRandom)\\.<init>"
            + "|java\\.security\\.SecureRandom\\.(<init>|getInstance(Strong)?)");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ArchitectureTest::isMain)
            .importPackages(
                    "dev.mcpgateway.policy",
                    "dev.mcpgateway.audit",
                    "dev.mcpgateway.connectors",
                    "dev.mcpgateway.gateway");

    private static boolean isMain(Location location) {
        return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }

    @BeforeEach
    void classesOfAllModulesWereSeen() {
        MODULES.forEach((module, least) -> assertThat(
                        CLASSES.stream().filter(each -> isIn(each, module)).count())
                .as("classes of " + module)
                .isGreaterThan(least));
        assertThat(CLASSES).noneMatch(each -> each.getName().contains(".testing."));
    }

    private static boolean isIn(JavaClass type, String module) {
        return (type.getPackageName() + ".").startsWith(ROOT + module + ".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"policy", "audit", "connectors"})
    void aModuleKnowsOfNoOther(String module) {
        String[] others = MODULES.keySet().stream()
                .filter(other -> !other.equals(module))
                .map(other -> ROOT + other + "..")
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage(ROOT + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .because("what a module proves must not depend on who uses it; the gateway alone brings them together")
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.mcpgateway.(**)")
                .should()
                .beFreeOfCycles()
                .ignoreDependency(Main.class, Commands.class)
                .because(
                        "packages that know of each other are one package in two folders; the launcher stands at the top")
                .check(CLASSES);
    }

    @Test
    void thePolicyIsPure() {
        classes()
                .that()
                .resideInAPackage("dev.mcpgateway.policy..")
                .should()
                .onlyDependOnClassesThat(DescribedPredicate.describe("are on its white list", ArchitectureTest::isPure))
                .because("a decision depends on its arguments alone, so that it can be explained and repeated")
                .check(CLASSES);
    }

    private static final List<String> PURE_LIBRARIES = List.of(
            "dev.mcpgateway.policy.",
            "tools.jackson.",
            "com.fasterxml.jackson.annotation.",
            "com.networknt.schema.",
            "org.snakeyaml.engine.",
            "com.google.re2j.",
            "dev.cel.",
            "org.jspecify.annotations.");

    private static final Set<String> PURE_PACKAGES = Set.of(
            "java.lang",
            "java.lang.annotation",
            "java.lang.invoke",
            "java.lang.runtime",
            "java.math",
            "java.nio.charset",
            "java.time",
            "java.time.format",
            "java.time.temporal",
            "java.util",
            "java.util.function",
            "java.util.regex",
            "java.util.stream");

    private static final Set<String> IMPURE_TYPES = Set.of(
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.Runtime",
            "java.lang.ScopedValue",
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.time.Clock",
            "java.time.InstantSource",
            "java.util.Random",
            "java.util.Scanner",
            "java.util.ServiceLoader",
            "java.util.Timer");

    private static final Set<String> PURE_TYPES = Set.of(
            "java.io.ByteArrayInputStream",
            "java.io.ByteArrayOutputStream",
            "java.io.IOException",
            "java.io.InputStream",
            "java.io.Serializable",
            "java.io.UncheckedIOException",
            "java.nio.Buffer",
            "java.nio.ByteBuffer",
            "java.nio.CharBuffer",
            "java.security.MessageDigest",
            "java.security.NoSuchAlgorithmException",
            "java.text.Normalizer",
            "java.text.Normalizer$Form");

    private static boolean isPure(JavaClass type) {
        JavaClass element = type.getBaseComponentType();
        String around = element.getPackageName();
        boolean purePackage = PURE_PACKAGES.contains(around) && !IMPURE_TYPES.contains(element.getName());
        return element.isPrimitive()
                || purePackage
                || PURE_TYPES.contains(element.getName())
                || PURE_LIBRARIES.stream().anyMatch((around + ".")::startsWith);
    }

    @Test
    void thePolicyAsksTheSystemForNothing() {
        noClasses()
                .that()
                .resideInAPackage("dev.mcpgateway.policy..")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "of System but arraycopy and identityHashCode",
                        call -> call.getTargetOwner().isEquivalentTo(System.class)
                                && !Set.of("arraycopy", "identityHashCode").contains(call.getName())))
                .because("environment, properties and clocks would decide without being seen in an explanation")
                .check(CLASSES);
    }

    @Test
    void timeAndChanceAreInjected() {
        injected().check(CLASSES);
    }

    @Test
    void aPlantedCallOfAClockIsFound() {
        JavaClasses planted = new ClassFileImporter().importClasses(TestClock.class);

        assertThatThrownBy(() -> injected().check(planted))
                .hasMessageContaining("java.time.Instant.now")
                .hasMessageContaining("java.lang.System.nanoTime");
    }

    private static ArchRule injected() {
        return classes()
                .that()
                .resideInAPackage("dev.mcpgateway..")
                .should(new ArchCondition<>("take neither time nor chance by themselves") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        if (WIRING.contains(type.getName().replaceAll("\\$.*", ""))) {
                            return;
                        }
                        for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                            String target =
                                    access.getTarget().getOwner().getName().replace('$', '.') + "."
                                            + access.getTarget().getName();
                            if (CLOCK_OR_CHANCE.matcher(target).matches()) {
                                events.add(
                                        SimpleConditionEvent.violated(type, target + " in " + access.getDescription()));
                            }
                        }
                    }
                })
                .because("what expires or is drawn must be testable without waiting and guessing");
    }

    @Test
    void theWiringHasNoStaleExceptions() {
        for (String name : WIRING) {
            assertThat(CLASSES.get(name).getAccessesFromSelf())
                    .as(name)
                    .anyMatch(access -> CLOCK_OR_CHANCE
                            .matcher(access.getTarget().getOwner().getName() + "."
                                    + access.getTarget().getName())
                            .matches());
        }
    }

    @Test
    void onlyTheCallPathReachesAnUpstream() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.mcpgateway.connectors..")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + "gateway.mcp.Upstreams")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "McpUpstream.call",
                        call -> call.getTargetOwner().isAssignableTo(McpUpstream.class)
                                && call.getName().equals("call")))
                .because("a second way to an upstream would be a way around permit and audit record")
                .check(CLASSES);
        assertThat(callers(ROOT + "gateway.mcp.Upstreams", "call")).containsExactly(ROOT + "gateway.mcp.InputRelay");
        assertThat(callers(ROOT + "gateway.mcp.InputRelay", "carryOut")).containsExactly(ROOT + "gateway.mcp.CallPath");
        assertThat(callers(ROOT + "gateway.mcp.Upstreams", "credential"))
                .containsExactly(ROOT + "gateway.mcp.CallPath");
    }

    @Test
    void onlyTheModelCallPathReachesAProvider() {
        assertThat(CLASSES.stream()
                        .flatMap(type -> type.getMethodCallsFromSelf().stream())
                        .filter(call -> call.getTargetOwner().isAssignableTo(ModelProvider.class)
                                && call.getName().equals("send")
                                && !call.getOriginOwner().isAssignableTo(ModelProvider.class))
                        .map(call -> call.getOriginOwner().getName())
                        .distinct())
                .as("a second way to a provider would be a way around permit and audit record")
                .containsExactly(ROOT + "gateway.model.ModelCallPath");
    }

    private static Set<String> callers(String type, String method) {
        return CLASSES.get(type).getAccessesToSelf().stream()
                .filter(access -> access.getTarget().getName().equals(method))
                .map(access -> access.getOriginOwner().getName())
                .collect(Collectors.toSet());
    }

    @Test
    void onlyAnswersWritesWhatAgentsGet() {
        Set<String> writers = new HashSet<>();
        for (JavaClass type : CLASSES) {
            boolean writes = type.getMethodCallsFromSelf().stream()
                    .anyMatch(call -> call.getTargetOwner().getName().startsWith("org.eclipse.jetty.")
                            && call.getName().equals("write"));
            if (writes) {
                writers.add(type.getName().substring((ROOT + "gateway.").length()));
            }
        }

        assertThat(writers)
                .as("text of an upstream must pass the screen: only Answers is handed any; the others write own text")
                .containsExactlyInAnyOrder(
                        "http.Answers",
                        "http.JsonErrorHandler",
                        "identity.ResourceMetadata",
                        "identity.OwnKeys",
                        "admin.AdminEndpoints",
                        "consent.ConsentPages");
    }

    @Test
    void onlyTheScreenMakesAnswersOfResults() {
        assertThat(callers(ROOT + "gateway.mcp.Answerable", "<init>"))
                .containsExactly(ROOT + "gateway.mcp.ResultScreen");
    }

    @Test
    void theSdkStaysInItsPackage() {
        noClasses()
                .that()
                .resideInAPackage("dev.mcpgateway..")
                .and()
                .resideOutsideOfPackage("dev.mcpgateway.connectors.mcp.sdk..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.modelcontextprotocol..", "reactor..", "org.reactivestreams..")
                .because("its typed messages lose members and numbers, and its hops between threads lose the interrupt")
                .check(CLASSES);
        assertThat(CLASSES)
                .as("the rule has something to see")
                .anyMatch(type -> type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(
                                each -> each.getTargetClass().getPackageName().startsWith("io.modelcontextprotocol")));
    }

    @Test
    void nativeCodeIsReachedInOnePlace() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "gateway.embed.MiniLm")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnxruntime..", "dev.langchain4j..")
                .because("the runtime is no part of the distribution: whoever else needs it would not start without it")
                .check(CLASSES);
        assertThat(CLASSES.get(ROOT + "gateway.embed.MiniLm").getDirectDependenciesFromSelf())
                .as("the rule has something to see")
                .anyMatch(each -> each.getTargetClass().getPackageName().startsWith("ai.onnxruntime"));
    }

    @Test
    void theExpressionLanguageStaysInItsPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.mcpgateway.policy.rules.cel..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.cel..")
                .because("conditions of rules are evaluated in one bounded place")
                .check(CLASSES);
    }

    @Test
    void namesSayWhatAThingIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Impl|Manager|Helper|Utils?|Base|Data|Info)")
                .because("such a name fits everything, so it says nothing")
                .check(CLASSES);
    }

    @Test
    void everyModuleIsNullMarkedAndEveryPackageSaysWhatItIs() throws IOException {
        Set<Path> folders = new HashSet<>();
        for (String module : List.of("policy", "audit", "connectors", "mcp-gateway")) {
            Path sources = Path.of(System.getProperty("basedir", ".")).resolve("../" + module + "/src/main/java");
            assertThat(Files.readString(sources.resolve("module-info.java")))
                    .as(module)
                    .containsPattern("@org\\.jspecify\\.annotations\\.NullMarked\\s+module");
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !file.endsWith("module-info.java"))
                        .forEach(file -> folders.add(file.getParent()));
            }
        }

        assertThat(folders)
                .hasSizeGreaterThan(15)
                .allSatisfy(folder -> assertThat(Files.readString(folder.resolve("package-info.java")))
                        .as(folder.toString())
                        .startsWith("/**"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"policy", "audit", "connectors"})
    void publicTypesStandInExportedPackages(String module) throws Exception {
        Set<String> exported = new HashSet<>();
        try (var descriptor = source(module)) {
            ModuleDescriptor.read(descriptor).exports().forEach(each -> exported.add(each.source()));
        }

        assertThat(exported).isNotEmpty();
        assertThat(CLASSES.stream()
                        .filter(type -> isIn(type, module))
                        .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                        .map(JavaClass::getPackageName)
                        .collect(Collectors.toSet()))
                .as("a public type that nobody can reach is either private or a missing export")
                .isSubsetOf(exported);
    }

    private static InputStream source(String module) throws IOException {
        String type = Map.of(
                        "policy", "/dev/mcpgateway/policy/Permit.class",
                        "audit", "/dev/mcpgateway/audit/AuditLog.class",
                        "connectors", "/dev/mcpgateway/connectors/wire/Envelope.class")
                .get(module);
        String url = ArchitectureTest.class.getResource(type).toString();
        return URI.create(url.replace(type, "/module-info.class")).toURL().openStream();
    }

    @Test
    void noClassImportsFromTests() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..testing..", "org.junit..", "org.assertj..")
                .because("fakes belong to tests")
                .check(CLASSES);
    }
}
