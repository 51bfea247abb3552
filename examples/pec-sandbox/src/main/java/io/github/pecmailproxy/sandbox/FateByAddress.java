package io.github.pecmailproxy.sandbox;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads a fate from an address's local part, as {@link Fate} documents. Immutable and thread-safe. */
final class FateByAddress {
    /** Longer words first, so that {@code virus-mittente} is not taken for {@code virus}. */
    private static final Map<String, Fate> WORDS = words();

    private FateByAddress() {}

    static Optional<Fate> of(String address) {
        String local = MailAddresses.localPart(address);
        return WORDS.entrySet().stream()
                .filter(entry -> matches(local, entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static boolean matches(String local, String word) {
        return local.startsWith(word)
                && (local.length() == word.length() || !Character.isLetter(local.charAt(word.length())));
    }

    private static Map<String, Fate> words() {
        Map<String, Fate> words = new LinkedHashMap<>();
        words.put("sconosciuto-altro", Fate.unknownMailbox(DaticertError.ALTRO));
        words.put("sconosciuto", Fate.unknownMailbox(DaticertError.NO_DEST));
        words.put("virus-mittente", Fate.virusAtSender());
        words.put("virus", Fate.virusAtRecipient());
        words.put("esterno-rimbalzo", Fate.externalBounced());
        words.put("esterno", Fate.external());
        words.put("consegnato", Fate.delivered());
        words.put("piena", Fate.mailboxFull());
        words.put("disabilitata", Fate.mailboxDisabled());
        words.put("dominio", Fate.unknownDomain());
        words.put("ritardo", Fate.delayedThenDelivered());
        words.put("scaduto", Fate.timedOut());
        words.put("silenzio", Fate.neverAnswered());
        words.put("rifiutato", Fate.notAccepted("allegato non consentito"));
        return Collections.unmodifiableMap(words);
    }
}
