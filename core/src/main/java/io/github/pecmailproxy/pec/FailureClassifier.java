package io.github.pecmailproxy.pec;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says why a message failed or is late. The order of evidence is that of facts 5: malware, then the type of notice, then the
 * code of the explanation, then {@code errore}, which providers fill in inconsistently, then the words.
 */
final class FailureClassifier {
    /** The code by which a preavviso says that the message is given up (facts 0.8). */
    private static final String GIVEN_UP = "5.4.1";

    private FailureClassifier() {}

    /** Returns the failure a PEC receipt reports, or empty for receipts that report none. */
    static Optional<Failure> pec(
            ReceiptType type, @Nullable String error, @Nullable String detail, @Nullable String securityCheck) {
        boolean reported = switch (type) {
            case NON_ACCETTAZIONE, ERRORE_CONSEGNA, PREAVVISO_ERRORE_CONSEGNA -> true;
            case ACCETTAZIONE, PRESA_IN_CARICO, AVVENUTA_CONSEGNA, RILEVAZIONE_VIRUS, UNKNOWN -> false;
        };
        if (!reported) {
            return Optional.empty();
        }
        Explanation explanation = Explanation.of(detail == null ? "" : detail);
        boolean virus = "virus".equals(error) || "errore".equals(securityCheck);
        boolean preavviso = type == ReceiptType.PREAVVISO_ERRORE_CONSEGNA;
        FailureReason reason;
        if (virus) {
            reason = FailureReason.VIRUS; // Before the type, by the order of evidence in facts 5.
        } else if (preavviso) {
            reason = FailureReason.TIMEOUT;
        } else if (type == ReceiptType.NON_ACCETTAZIONE) {
            reason = explanation.code.equals("5.5.1") ? FailureReason.VIRUS : FailureReason.FORMAL_ERROR;
        } else {
            reason = ofCode(explanation.code)
                    .or(() -> ofError(error))
                    .or(() -> ofWords(explanation.text))
                    .orElse(FailureReason.OTHER);
        }
        boolean isFinal = !preavviso || explanation.code.equals(GIVEN_UP);
        return Optional.of(failure(reason, explanation, isFinal));
    }

    /** Returns the failure a REM evidence reports, or empty for one that reports none. */
    static Optional<Failure> rem(ReceiptType type, @Nullable String detail) {
        if (type != ReceiptType.NON_ACCETTAZIONE && type != ReceiptType.ERRORE_CONSEGNA) {
            return Optional.empty();
        }
        String text = detail == null ? "" : detail;
        int separator = text.indexOf(" - ");
        String code = separator < 0 ? text : text.substring(0, separator);
        boolean coded = code.length() == 4 && code.charAt(0) == 'R';
        FailureReason reason = switch (coded ? code : "") {
            case "RA03", "RB03" -> FailureReason.VIRUS;
            case "RA02", "RA05", "RB02" -> FailureReason.FORMAL_ERROR;
            case "RD03", "RB22" -> FailureReason.TIMEOUT;
            case "RD04" -> FailureReason.MAILBOX_FULL;
            case "RD21", "RB10", "RB21" -> FailureReason.RECIPIENT_UNKNOWN;
            case "RB08" -> FailureReason.DOMAIN_UNKNOWN;
            default -> FailureReason.OTHER;
        };
        String words = !coded ? text : separator < 0 ? "" : text.substring(separator + 3);
        return Optional.of(failure(reason, new Explanation(coded ? code : "", "", words), true));
    }

    private static Failure failure(FailureReason reason, Explanation explanation, boolean isFinal) {
        return new Failure(
                reason,
                notEmpty(explanation.code),
                notEmpty(explanation.provider),
                notEmpty(explanation.text),
                isFinal);
    }

    private static Optional<String> notEmpty(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    /** The reason of a code by its subject and detail; the class 4 or 5 says whether to wait, and the notice says that too. */
    static Optional<FailureReason> ofCode(String code) {
        int dot = code.indexOf('.');
        return switch (dot < 0 ? "" : code.substring(dot + 1)) {
            case "1.1" -> Optional.of(FailureReason.RECIPIENT_UNKNOWN);
            case "1.2" -> Optional.of(FailureReason.DOMAIN_UNKNOWN);
            case "2.1" -> Optional.of(FailureReason.MAILBOX_DISABLED);
            case "2.2" -> Optional.of(FailureReason.MAILBOX_FULL);
            case "2.3", "3.4" -> Optional.of(FailureReason.TOO_LARGE);
            case "4.1" -> Optional.of(FailureReason.TIMEOUT);
            case "5.1" -> Optional.of(FailureReason.VIRUS);
            default -> Optional.empty();
        };
    }

    private static Optional<FailureReason> ofError(@Nullable String error) {
        return switch (error == null ? "" : error) {
            case "no-dest" -> Optional.of(FailureReason.RECIPIENT_UNKNOWN);
            case "no-dominio" -> Optional.of(FailureReason.DOMAIN_UNKNOWN);
            default -> Optional.empty();
        };
    }

    private static Optional<FailureReason> ofWords(String text) {
        String words = HeaderSection.lowerCase(text);
        if (containsAny(words, "piena", "quota")) {
            return Optional.of(FailureReason.MAILBOX_FULL);
        }
        if (containsAny(words, "indirizzo non valido", "inesistent", "sconosciut")) {
            return Optional.of(
                    words.contains("dominio") ? FailureReason.DOMAIN_UNKNOWN : FailureReason.RECIPIENT_UNKNOWN);
        }
        if (words.contains("dominio")) {
            return Optional.of(FailureReason.DOMAIN_UNKNOWN);
        }
        if (containsAny(words, "inibit", "disabilitat", "disattivat", "revocat")) {
            return Optional.of(FailureReason.MAILBOX_DISABLED);
        }
        if (containsAny(words, "virus", "malware")) {
            return Optional.of(FailureReason.VIRUS);
        }
        if (words.contains("dimension")) {
            return Optional.of(FailureReason.TOO_LARGE);
        }
        if (words.contains(" ore")) {
            return Optional.of(FailureReason.TIMEOUT);
        }
        return Optional.empty();
    }

    private static boolean containsAny(String text, String... words) {
        for (String word : words) {
            if (text.contains(word)) {
                return true;
            }
        }
        return false;
    }

    /**
     * An explanation taken apart: {@code code - provider - reason}, or the same with commas (facts 5). Empty where absent.
     *
     * @param code such as 5.1.1
     * @param provider who says so
     * @param text the reason
     */
    record Explanation(String code, String provider, String text) {
        static Explanation of(String detail) {
            String trimmed = detail.strip();
            int codeEnd = codeEnd(trimmed);
            if (codeEnd == 0) {
                return new Explanation("", "", trimmed);
            }
            String code = trimmed.substring(0, codeEnd);
            String rest = trimmed.substring(codeEnd).strip();
            if (rest.isEmpty() || "-,;:".indexOf(rest.charAt(0)) < 0) {
                return new Explanation(code, "", rest);
            }
            char separator = rest.charAt(0);
            rest = rest.substring(1).strip();
            int second = separator(rest, separator);
            return second < 0
                    ? new Explanation(code, "", rest)
                    : new Explanation(
                            code,
                            rest.substring(0, second).strip(),
                            rest.substring(second + 1).strip());
        }

        /**
         * Finds the separator behind the provider: one like the first where there is one, for a provider's name may contain
         * the others; a hyphen counts only with a blank beside it, for it may be part of a name.
         */
        private static int separator(String rest, char like) {
            for (int i = 1; i < rest.length(); i++) {
                if (rest.charAt(i) == like && (like != '-' || isBlank(rest, i - 1) || isBlank(rest, i + 1))) {
                    return i;
                }
            }
            for (int i = 1; i < rest.length(); i++) {
                char c = rest.charAt(i);
                if (c == ',' || c == ';' || (c == '-' && isBlank(rest, i - 1) && isBlank(rest, i + 1))) {
                    return i;
                }
            }
            return -1;
        }

        private static boolean isBlank(String text, int index) {
            return index < text.length() && text.charAt(index) <= ' ';
        }

        /** Returns the length of the code (RFC 3463) the text begins with, or 0. */
        private static int codeEnd(String text) {
            if (text.length() < 5 || "245".indexOf(text.charAt(0)) < 0) {
                return 0;
            }
            int i = 1;
            for (int group = 0; group < 2; group++) {
                if (i >= text.length() || text.charAt(i) != '.') {
                    return 0;
                }
                int digits = ++i;
                while (i < text.length() && i - digits < 3 && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
                    i++;
                }
                if (i == digits) {
                    return 0;
                }
            }
            return isLonger(text, i) ? 0 : i;
        }

        /** Whether what looked like a code goes on: 5.1.1234 and 5.1.1.2 are none, a full stop behind one is no part of it. */
        private static boolean isLonger(String text, int end) {
            int next = end < text.length() && text.charAt(end) == '.' ? end + 1 : end;
            return next < text.length() && Character.isLetterOrDigit(text.charAt(next));
        }
    }
}
