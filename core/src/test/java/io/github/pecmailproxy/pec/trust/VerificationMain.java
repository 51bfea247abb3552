package io.github.pecmailproxy.pec.trust;

import io.github.pecmailproxy.pec.SignatureCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.Arrays;

/** Verifies one mail in a process of its own and prints what came of it; needs no library. */
final class VerificationMain {
    private VerificationMain() {}

    /**
     * Runs.
     *
     * @param arguments the anchor's PEM file, the file with the CMS structure, the file with the content, the From
     */
    public static void main(String[] arguments) throws IOException {
        String before = securityState();
        ProviderTrust trust = ProviderTrust.builder()
                .defaultAnchors()
                .anchorsPem(Path.of(arguments[0]))
                .build();
        byte[] cms = Files.readAllBytes(Path.of(arguments[1]));
        SignatureCheck check = trust.verifier()
                .verify(SignedMail.detached(cms, Files.readAllBytes(Path.of(arguments[2])), arguments[3]));
        System.out.println("available=" + ProviderTrust.isAvailable());
        System.out.println("verdict=" + check.verdict());
        System.out.println("reason=" + check.reason().orElse(""));
        System.out.println("content=" + trust.opaqueContent().unwrap(cms).isPresent());
        System.out.println("untouched=" + before.equals(securityState()));
        System.out.println("restricted=" + Security.getProperty("jdk.certpath.disabledAlgorithms"));
    }

    private static String securityState() {
        return Arrays.toString(Security.getProviders())
                + Security.getProperty("jdk.certpath.disabledAlgorithms")
                + Security.getProperty("jdk.security.legacyAlgorithms")
                + Security.getProperty("jdk.jar.disabledAlgorithms");
    }
}
