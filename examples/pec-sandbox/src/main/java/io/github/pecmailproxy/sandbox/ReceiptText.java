package io.github.pecmailproxy.sandbox;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Composes what a person reads in a receipt, following the models of RFC 6109 sections 3.1 to 3.3. */
final class ReceiptText {
    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("dd/MM/yyyy 'alle ore' HH:mm:ss (xx)", Locale.ROOT);
    private static final DateTimeFormatter WHEN_ENGLISH =
            DateTimeFormatter.ofPattern("dd/MM/yyyy 'at' HH:mm:ss (xx)", Locale.ROOT);

    private ReceiptText() {}

    static SystemMail.ReadableText of(Daticert facts, ReceiptType type, boolean finalNotice) {
        List<String> italian = new ArrayList<>();
        List<String> english = new ArrayList<>();
        String subject = facts.subject() == null ? "" : facts.subject();
        italian.add("In data " + WHEN.format(facts.time()) + " per il messaggio con oggetto \"" + subject + "\"");
        english.add("On " + WHEN_ENGLISH.format(facts.time()) + " for the message with subject \"" + subject + "\"");
        italian.add("spedito da \"" + facts.sender() + "\"");
        english.add("sent by \"" + facts.sender() + "\"");
        if (facts.recipient() != null) {
            italian.add("e diretto a \"" + facts.recipient() + "\"");
            english.add("and addressed to \"" + facts.recipient() + "\"");
        } else {
            italian.add("e diretto a:");
            english.add("and addressed to:");
            for (MessageRecipient recipient : facts.recipients()) {
                italian.add(recipient.address()
                        + (recipient.certified() ? " (\"posta certificata\")" : " (\"posta ordinaria\")"));
                english.add(recipient.address()
                        + (recipient.certified() ? " (\"certified mail\")" : " (\"ordinary mail\")"));
            }
        }
        italian.add(outcome(type, facts.extendedError(), finalNotice));
        english.add(englishOutcome(type, facts.extendedError(), finalNotice));
        italian.add("Identificativo del messaggio: " + facts.identifier());
        english.add("Message identifier: " + facts.identifier());
        return new SystemMail.ReadableText(title(type), italian, englishTitle(type), english);
    }

    static SystemMail.ReadableText envelope(Daticert facts) {
        List<String> italian = new ArrayList<>();
        List<String> english = new ArrayList<>();
        String subject = facts.subject() == null ? "" : facts.subject();
        italian.add("In data " + WHEN.format(facts.time()) + " \"" + facts.sender()
                + "\" ha spedito il messaggio con oggetto \"" + subject + "\" a:");
        english.add("On " + WHEN_ENGLISH.format(facts.time()) + " \"" + facts.sender()
                + "\" sent the message with subject \"" + subject + "\" to:");
        for (MessageRecipient recipient : facts.recipients()) {
            italian.add(recipient.address());
            english.add(recipient.address());
        }
        italian.add("Il messaggio di partenza si trova nell'allegato postacert.eml.");
        english.add("The message itself is attached as postacert.eml.");
        italian.add("Identificativo del messaggio: " + facts.identifier());
        english.add("Message identifier: " + facts.identifier());
        return new SystemMail.ReadableText(
                "Messaggio di posta certificata", italian, "Certified mail message", english);
    }

    static SystemMail.ReadableText anomaly(ZonedDateTime time, String sender, String subject, List<String> recipients) {
        List<String> italian = new ArrayList<>();
        List<String> english = new ArrayList<>();
        italian.add("In data " + WHEN.format(time) + " \u00e8 arrivato da \"" + sender
                + "\" il messaggio con oggetto \"" + EncodedWords.decode(subject) + "\" diretto a:");
        english.add("On " + WHEN_ENGLISH.format(time) + " a message with subject \"" + EncodedWords.decode(subject)
                + "\" arrived from \"" + sender + "\" for:");
        italian.addAll(recipients);
        english.addAll(recipients);
        italian.add(
                "Questi dati non sono certificati: la firma digitale del messaggio manca o non \u00e8 attendibile.");
        english.add(
                "These facts are not certified: the message has no digital signature, or none that can be relied on.");
        italian.add("Il messaggio arrivato \u00e8 allegato.");
        english.add("The message as it arrived is attached.");
        return new SystemMail.ReadableText("Anomalia nel messaggio", italian, "Message anomaly", english);
    }

    private static String title(ReceiptType type) {
        return switch (type) {
            case ACCETTAZIONE -> "Ricevuta di accettazione";
            case NON_ACCETTAZIONE -> "Avviso di non accettazione";
            case PRESA_IN_CARICO -> "Ricevuta di presa in carico";
            case AVVENUTA_CONSEGNA -> "Ricevuta di avvenuta consegna";
            case ERRORE_CONSEGNA -> "Avviso di mancata consegna";
            case PREAVVISO_ERRORE_CONSEGNA -> "Avviso di mancata consegna per superamento del tempo massimo";
            case RILEVAZIONE_VIRUS -> "Avviso di rilevazione di virus informatico";
        };
    }

    private static String englishTitle(ReceiptType type) {
        return switch (type) {
            case ACCETTAZIONE -> "Acceptance receipt";
            case NON_ACCETTAZIONE -> "Notice of non-acceptance";
            case PRESA_IN_CARICO -> "Server-to-server acceptance receipt";
            case AVVENUTA_CONSEGNA -> "Delivery receipt";
            case ERRORE_CONSEGNA -> "Notice of non-delivery";
            case PREAVVISO_ERRORE_CONSEGNA -> "Notice of non-delivery within the time limit";
            case RILEVAZIONE_VIRUS -> "Virus detection notice";
        };
    }

    private static String outcome(ReceiptType type, @Nullable String error, boolean finalNotice) {
        String detail = error == null ? "" : error;
        return switch (type) {
            case ACCETTAZIONE -> "Il sistema ha accettato il messaggio e lo ha inoltrato.";
            case NON_ACCETTAZIONE ->
                "C'\u00e8 un problema che ne impedisce l'accettazione: " + detail
                        + ". Il messaggio non \u00e8 stato accettato.";
            case PRESA_IN_CARICO -> "Il sistema ha preso in carico il messaggio.";
            case AVVENUTA_CONSEGNA -> "Il messaggio \u00e8 stato depositato nella casella del destinatario.";
            case ERRORE_CONSEGNA ->
                "Si \u00e8 verificato un errore: " + detail + ". Il sistema ha rifiutato il messaggio.";
            case PREAVVISO_ERRORE_CONSEGNA ->
                finalNotice
                        ? "La consegna non \u00e8 avvenuta entro ventiquattro ore: la spedizione \u00e8 da ritenersi fallita."
                        : "La consegna non \u00e8 avvenuta entro le prime dodici ore. Potrebbe ancora avvenire; in mancanza"
                                + " di conferma nelle prossime dodici ore seguir\u00e0 un altro avviso.";
            case RILEVAZIONE_VIRUS -> "\u00c8 stato rilevato un problema di sicurezza: " + detail + ".";
        };
    }

    private static String englishOutcome(ReceiptType type, @Nullable String error, boolean finalNotice) {
        String detail = error == null ? "" : error;
        return switch (type) {
            case ACCETTAZIONE -> "The system accepted the message and sent it on.";
            case NON_ACCETTAZIONE -> "A problem prevents its acceptance: " + detail + ". The message was not accepted.";
            case PRESA_IN_CARICO -> "The system took the message over.";
            case AVVENUTA_CONSEGNA -> "The message was put into the recipient's mailbox.";
            case ERRORE_CONSEGNA -> "An error was found: " + detail + ". The system refused the message.";
            case PREAVVISO_ERRORE_CONSEGNA ->
                finalNotice
                        ? "It was not delivered within twenty-four hours and counts as failed."
                        : "It was not delivered within the first twelve hours. It still may be; another notice will follow"
                                + " if no confirmation arrives within the next twelve hours.";
            case RILEVAZIONE_VIRUS -> "A security problem was found: " + detail + ".";
        };
    }
}
