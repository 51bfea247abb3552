package io.github.pecmailproxy;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.github.pecmailproxy.pec.SignatureVerifier;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Which package may use what: dependencies point one way, from the facade to the engine parts to the parser and the store. */
class ArchitectureTest {
    private static final String ROOT = "io.github.pecmailproxy";
    private static final String PEC = ROOT + ".pec";
    private static final String TRUST = PEC + ".trust..";
    private static final String INTERNAL = ROOT + ".internal..";

    private static final URL CORE =
            SignatureVerifier.class.getProtectionDomain().getCodeSource().getLocation();
    private static final JavaClasses CLASSES = new ClassFileImporter().importUrl(CORE);

    @Test
    void looksAtTheClassesOfCoreAndAtNothingElse() {
        assertThat(CLASSES.contain(SignatureVerifier.class)).isTrue();
        assertThat(CLASSES).noneMatch(type -> type.getName().equals(ArchitectureTest.class.getName()));
        assertThat(CLASSES).noneMatch(type -> type.getPackageName().startsWith(ROOT + ".sandbox"));
    }

    @Test
    void theParserDependsOnNoOtherPackageOfOurs() {
        check(noClasses()
                .that()
                .resideInAPackage(PEC + "..")
                .should()
                .dependOnClassesThat(are(ours()).and(DescribedPredicate.not(resideInAPackage(PEC + ".."))))
                .because("it is used on its own, without engine and store"));
    }

    @Test
    void theParserDoesNotKnowHowSignaturesAreVerified() {
        check(noClasses()
                .that()
                .resideInAPackage(PEC + "..")
                .and()
                .resideOutsideOfPackage(TRUST)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TRUST, "org.bouncycastle..")
                .because("it works where Bouncy Castle is absent"));
    }

    @Test
    void onlyTrustUsesBouncyCastle() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(TRUST)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bouncycastle..")
                .because("only signature verification needs it, and it may be absent"));
    }

    @Test
    void onlyItsBindingUsesMicrometer() {
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".metrics.MicrometerMetrics")
                .and()
                .haveNameNotMatching(".*\\.MicrometerMetrics\\$.*")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer..")
                .because("it may be absent"));
    }

    @Test
    void onlyInternalsAndWhatTakesItsMessagesUseJakartaMail() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(INTERNAL, PEC)
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".message.JakartaMime")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".message.OutgoingMessage$Builder")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.mail..", "jakarta.activation..")
                .because("callers see our types, not those of the mail library"));
    }

    @Test
    void onlyTheWireUsesTheMailImplementation() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        ROOT + ".internal.smtp..", ROOT + ".internal.imap..", ROOT + ".internal.compose..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.eclipse.angus..")
                .because("everything else is independent of the mail library's implementation"));
    }

    @Test
    void packagesFormNoCycle() {
        check(slices().matching(ROOT + ".(*)..").should().beFreeOfCycles());
    }

    @Test
    void internalPackagesFormNoCycle() {
        check(slices().matching(ROOT + ".internal.(*)..").should().beFreeOfCycles());
    }

    @Test
    void nothingDependsOnTheFacade() {
        check(noClasses()
                .that()
                .resideInAPackage(ROOT + ".*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT)
                .because("the facade wires the parts; no part knows it"));
    }

    @Test
    void publicPackagesDoNotDependOnInternals() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, INTERNAL)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(INTERNAL)
                .because("what callers compile against does not lean on what may change at any time"));
    }

    @Test
    void exportsEveryPublicPackageAndNoInternalOne() throws URISyntaxException {
        Set<String> withPublicTypes = CLASSES.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getPackageName)
                .filter(name -> !name.startsWith(ROOT + ".internal"))
                .collect(Collectors.toSet());
        Set<String> exported = ModuleFinder.of(Path.of(CORE.toURI())).findAll().stream()
                .map(ModuleReference::descriptor)
                .flatMap(module -> module.exports().stream())
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());

        assertThat(exported).isEqualTo(withPublicTypes);
    }

    @Test
    void everyPackageIsNullMarked() {
        check(classes().should(resideInANullMarkedPackage()));
    }

    @Test
    void noClassKnowsADatabase() {
        check(noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql.."))
                .because("the store's interface is the only way to it"));
    }

    @Test
    void noClassWritesToStandardStreams() {
        check(NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS);
        check(NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING);
    }

    @Test
    void noClassSleeps() {
        check(noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .because("a wait that cannot be woken delays the stop"));
    }

    @Test
    void noClassChangesWhatTheApplicationOwns() {
        check(noClasses()
                .should()
                .callMethod(System.class, "setProperty", String.class, String.class)
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "target is Session.getDefaultInstance",
                        call -> call.getTarget().getOwner().getName().equals("jakarta.mail.Session")
                                && call.getTarget().getName().equals("getDefaultInstance")))
                .because("system properties, the process and the default mail session belong to the application"));
    }

    @Test
    void noFieldIsInjected() {
        check(NO_CLASSES_SHOULD_USE_FIELD_INJECTION);
    }

    @Test
    void staticFieldsAreFinal() {
        check(fields().that().areStatic().should().beFinal().because("two proxies in one process share no state"));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> ours() {
        return resideInAPackage(ROOT + "..").as("ours");
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package whose package-info is @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        type,
                        marked,
                        type.getName() + " resides in " + type.getPackageName() + ", which is not @NullMarked"));
            }
        };
    }
}
