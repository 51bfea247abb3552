package io.github.pecmailproxy.benchmarks;

import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Security;
import java.security.Signature;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.mail.smime.SMIMESigned;
import org.bouncycastle.mail.smime.validator.SignedMailValidator;
import org.bouncycastle.mail.smime.validator.SignedMailValidatorException;
import org.bouncycastle.operator.OperatorCreationException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to find out that a receipt is genuine, with one core, from bytes in memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class VerificationBenchmark {
    private static final int KEY_BITS = 2_048;

    /** The receipts: an accettazione of 7 kB and a consegna of 281 kB. */
    @Param({"accettazione", "consegna"})
    public String receipt = "";

    private final Session session = Session.getInstance(new Properties());
    private PecReceiptParser parser = PecReceiptParser.create();
    private byte[] mail = new byte[0];
    private byte[] signature = new byte[0];
    private KeyPair keys = new KeyPair(null, null);
    private @Nullable PKIXParameters anchors;

    /** Composes and signs the receipt, and sees to it that all ways find it genuine. */
    @Setup
    public void compose()
            throws GeneralSecurityException, OperatorCreationException, CMSException, MessagingException, IOException,
                    SignedMailValidatorException {
        SampleReceipts samples = new SampleReceipts();
        SignedReceipts signed = new SignedReceipts();
        mail = signed.sign(receipt.equals("accettazione") ? samples.acceptance() : samples.delivery());
        ProviderTrust trust = ProviderTrust.builder().anchor(signed.authority()).build();
        parser = PecReceiptParser.builder().signatureVerifier(trust.verifier()).build();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(KEY_BITS);
        keys = generator.generateKeyPair();
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign(keys.getPrivate());
        signer.update(new byte[100]);
        signature = signer.sign();
        byte[] changed = mail.clone();
        changed[changed.length / 2] ^= 1;
        anchors = new PKIXParameters(Set.of(new TrustAnchor(signed.authority(), null)));
        anchors.setRevocationEnabled(false);
        // The validator asks for it by name.
        Security.addProvider(new BouncyCastleProvider());
        if (!verify() || !bouncyCastle() || !bouncyCastleValidator() || !floor() || isProof(changed)) {
            throw new IllegalStateException("the receipt was not found genuine, or a changed one was");
        }
    }

    /** Classifies the receipt and verifies it: digest, signature, chain, the signer's address. */
    @Benchmark
    public boolean verify() {
        return isProof(mail);
    }

    private boolean isProof(byte[] bytes) {
        return parser.parse(bytes) instanceof CertifiedReceipt found && found.isProof();
    }

    /** Verifies digest and signature as Bouncy Castle's S/MIME package does, on a message of Jakarta Mail; no chain, no address. */
    @Benchmark
    @SuppressWarnings("unchecked") // SignerId is declared as a raw selector.
    public boolean bouncyCastle()
            throws MessagingException, IOException, CMSException, OperatorCreationException, GeneralSecurityException {
        MimeMessage message = new MimeMessage(session, new ByteArrayInputStream(mail));
        SMIMESigned signed = new SMIMESigned((MimeMultipart) message.getContent());
        SignerInformation signer =
                signed.getSignerInfos().getSigners().iterator().next();
        X509CertificateHolder certificate = (X509CertificateHolder)
                signed.getCertificates().getMatches(signer.getSID()).iterator().next();
        return signer.verify(new JcaSimpleSignerInfoVerifierBuilder().build(certificate));
    }

    /** Does all that {@link #verify()} does but reading the daticert: Bouncy Castle's validator of mails, chain and address included. */
    @Benchmark
    public boolean bouncyCastleValidator() throws MessagingException, SignedMailValidatorException {
        MimeMessage message = new MimeMessage(session, new ByteArrayInputStream(mail));
        SignedMailValidator validator = new SignedMailValidator(message, anchors);
        SignerInformation signer =
                validator.getSignerInformationStore().getSigners().iterator().next();
        SignedMailValidator.ValidationResult result = validator.getValidationResult(signer);
        return result.isVerifiedSignature() && result.isValidSignature();
    }

    /** What no way can avoid: one SHA-256 over as many bytes, one RSA verification with 2048 bits. */
    @Benchmark
    public boolean floor() throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(mail);
        Signature verifier = Signature.getInstance("SHA256withRSA");
        verifier.initVerify(keys.getPublic());
        verifier.update(new byte[100]);
        return verifier.verify(signature) && digest.length > 0;
    }
}
