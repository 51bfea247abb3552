package io.github.pecmailproxy.benchmarks;

import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.PecReceiptParser;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to find out what a receipt says, with one core, from bytes in memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ReceiptParsing {
    /** The receipts: an accettazione of 7 kB and a consegna of 281 kB. */
    @Param({"accettazione", "consegna"})
    public String receipt = "";

    private final PecReceiptParser parser = PecReceiptParser.create();
    private final Session session = Session.getInstance(new Properties());
    private byte[] mail = new byte[0];

    /** Composes the receipt, and sees to it that all ways find what they look for. */
    @Setup
    public void compose() throws MessagingException, IOException {
        SampleReceipts receipts = new SampleReceipts();
        mail = receipt.equals("accettazione") ? receipts.acceptance() : receipts.delivery();
        boolean proper = classify() instanceof CertifiedReceipt found
                && found.isCertified()
                && found.problems().isEmpty()
                && found.originalAttached() == receipt.equals("consegna");
        if (!proper || walk().length < 500 || headers() == 0) {
            throw new IllegalStateException("the receipt was not understood: " + classify());
        }
    }

    /** Classifies the receipt, with every detail of its daticert. */
    @Benchmark
    public PecMail classify() {
        return parser.parse(mail);
    }

    /** Walks to the daticert with Jakarta Mail and decodes it, without reading what it says. */
    @Benchmark
    public byte[] walk() throws MessagingException, IOException {
        byte[] daticert = DaticertWalk.find(new MimeMessage(session, new ByteArrayInputStream(mail)));
        if (daticert.length == 0) {
            throw new IllegalStateException("no daticert.xml");
        }
        return daticert;
    }

    /** Makes a message of Jakarta Mail and takes three headers, which cannot tell a receipt from a forgery. */
    @Benchmark
    public int headers() throws MessagingException {
        MimeMessage message = new MimeMessage(session, new ByteArrayInputStream(mail));
        return length(message, "X-Ricevuta")
                + length(message, "X-Riferimento-Message-ID")
                + length(message, "Message-ID");
    }

    private static int length(MimeMessage message, String name) throws MessagingException {
        return message.getHeader(name, null).length();
    }
}
