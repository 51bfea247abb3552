package io.github.pecmailproxy.sandbox;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The checks a provider makes before it accepts a message (RFC 6109 section 3.1.1). Immutable and thread-safe. */
final class FormalChecks {
    private final long sizeLimit;

    /**
     * Creates the checks.
     *
     * @param sizeLimit how many bytes the size times the number of recipients may reach
     */
    FormalChecks(long sizeLimit) {
        this.sizeLimit = sizeLimit;
    }

    /** Returns the first fault in the words of {@code errore-esteso}, or empty when there is none. */
    Optional<String> fault(Submission submission, MailHeaders headers) {
        List<MailAddresses.Entry> from = headers.all("From").stream()
                .flatMap(value -> MailAddresses.parse(value).stream())
                .toList();
        if (from.size() != 1 || !from.get(0).isValid()) {
            return Optional.of("il campo From non contiene un solo indirizzo valido");
        }
        String author = MailAddresses.key(from.get(0).address());
        if (!author.equals(MailAddresses.key(submission.sender()))) {
            return Optional.of("il mittente del campo From non coincide con quello della busta SMTP");
        }
        if (!author.equals(MailAddresses.key(submission.account().address()))) {
            return Optional.of("il mittente non coincide con la casella autenticata");
        }
        if (headers.all("Bcc").stream().anyMatch(value -> !value.isBlank())) {
            return Optional.of("il campo Bcc non e' vuoto");
        }
        List<String> to = MailAddresses.addresses(headers, "To");
        if (to.isEmpty()) {
            return Optional.of("il campo To non contiene indirizzi validi");
        }
        Set<String> named = keys(to);
        named.addAll(keys(MailAddresses.addresses(headers, "Cc")));
        Set<String> envelope = keys(submission.recipients());
        if (!named.equals(envelope)) {
            return Optional.of("i destinatari della busta SMTP non coincidono con i campi To e Cc");
        }
        if ((long) submission.raw().length * submission.recipients().size() > sizeLimit) {
            return Optional.of("la dimensione del messaggio per il numero dei destinatari supera il limite di "
                    + sizeLimit + " byte");
        }
        return Optional.empty();
    }

    private static Set<String> keys(List<String> addresses) {
        return addresses.stream().map(MailAddresses::key).collect(Collectors.toCollection(TreeSet::new));
    }
}
