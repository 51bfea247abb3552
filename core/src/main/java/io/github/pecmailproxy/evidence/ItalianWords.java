package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;

/** The Italian words. */
final class ItalianWords implements Words {
    @Override
    public String introduction() {
        return """
                PROVA DI UN MESSAGGIO DI POSTA ELETTRONICA CERTIFICATA (PEC)

                Questo fascicolo contiene il messaggio esattamente come è stato spedito (original.eml) e ogni
                ricevuta pervenuta, byte per byte (cartella receipts). Le ricevute sono firmate digitalmente
                dai gestori PEC: è la loro firma, e non questo documento, a fare prova (RFC 6109).
                """;
    }

    @Override
    public String label(TextLabel label) {
        return switch (label) {
            case SENDER -> "Mittente";
            case RECIPIENTS -> "Destinatari";
            case SUBJECT -> "Oggetto";
            case MESSAGE_ID -> "Message-ID";
            case PROVIDER_MESSAGE_ID -> "Identificativo del gestore";
            case SENT -> "Consegnato al server del mittente";
            case ORIGINAL -> "Messaggio";
            case SHA256 -> "SHA-256";
            case RECEIPT -> "Ricevuta";
            case PROVIDER -> "Gestore";
            case SIGNER -> "Firmatario";
            case ISSUER -> "Certificato emesso da";
            case SERIAL -> "Numero di serie";
            case SIGNED_AT -> "Firmata";
            case ANCHOR -> "Autorità riconosciuta";
            case KEY -> "SHA-256 della sua chiave pubblica";
            case MAILBOX -> "Casella, cartella, UID";
            case ARRIVED -> "Arrivata nella casella";
            case REASON -> "Motivo";
            case ERROR -> "Errore dichiarato dal gestore";
        };
    }

    @Override
    public String heading(TextHeading heading) {
        return switch (heading) {
            case MESSAGE -> "1. Il messaggio";
            case EVENTS -> "2. Che cosa certificano i gestori";
            case RECIPIENTS -> "3. Esito per destinatario";
            case SIGNATURES -> "4. Le firme";
            case NOT_PROOF -> "5. Che cosa non fa prova";
            case ORIGINAL -> "6. Il contenuto del messaggio";
            case HOW_TO_CHECK -> "7. Come verificare da sé";
        };
    }

    @Override
    public String time(String date, String clock, String offset, String universal) {
        return "il " + date + " alle " + clock + " (ora legale italiana, UTC" + offset + "; UTC " + universal + ")";
    }

    @Override
    public String certifies(String receiptType, String recipient, boolean finalNotice) {
        return switch (receiptType) {
            case "accettazione" -> "Il gestore del mittente ha accettato il messaggio";
            case "non-accettazione" -> "Il gestore del mittente NON ha accettato il messaggio";
            case "avvenuta-consegna" -> "Il messaggio è stato consegnato nella casella di " + recipient;
            case "errore-consegna" -> "Il messaggio NON è stato consegnato a " + recipient;
            case "preavviso-errore-consegna" ->
                finalNotice
                        ? "Il messaggio NON è stato consegnato a " + recipient + " entro 24 ore"
                        : "Il messaggio non è ancora stato consegnato a " + recipient + " dopo 12 ore (preavviso)";
            case "presa-in-carico" -> "Il gestore del destinatario ha preso in carico il messaggio";
            default -> "Avviso di tipo " + receiptType;
        };
    }

    @Override
    public String state(RecipientState state) {
        return switch (state) {
            case PENDING -> "in attesa";
            case SENT -> "spedito";
            case ACCEPTED -> "accettato dal gestore del mittente, consegna non attestata";
            case DELAYED -> "in ritardo, consegna non attestata";
            case DELIVERED -> "consegnato";
            case FAILED -> "non consegnato";
            case EXTERNAL -> "indirizzo non PEC: nessuna ricevuta di consegna prevista";
            case CONFLICT -> "le ricevute si contraddicono";
        };
    }

    @Override
    public String uncertified() {
        return "lo riferisce il sistema del mittente: nessuna ricevuta lo attesta";
    }

    @Override
    public String noProof(Verdict verdict) {
        return switch (verdict) {
            case TRUSTED -> "firma valida, ma il contenuto presenta anomalie";
            case UNTRUSTED -> "firma valida, ma non di un gestore riconosciuto";
            case INVALID -> "firma non valida: il messaggio è stato alterato o non è autentico";
            case UNSIGNED -> "senza firma";
            case NOT_CHECKED -> "firma non verificata";
        };
    }

    @Override
    public String disposition(Disposition disposition) {
        return switch (disposition) {
            case RECORDED -> "registrata";
            case WAITING -> "in attesa dell'esito della spedizione";
            case REFUSED -> "non accettata come prova";
            case REPEATED -> "copia di una ricevuta già registrata";
            case ORPHANED -> "relativa a un messaggio non più presente";
            case FOREIGN -> "relativa a un messaggio altrui";
            case IGNORED -> "non utilizzata";
            case UNREADABLE -> "non leggibile";
        };
    }

    @Override
    public String none(MissingProof missing) {
        return switch (missing) {
            case ACCEPTANCE -> "Nessuna ricevuta in questo fascicolo fa prova.";
            case PROOF -> "Ogni ricevuta di questo fascicolo fa prova.";
        };
    }

    @Override
    public String originalProof(boolean complete, boolean brief) {
        if (complete) {
            return """
                    Almeno una ricevuta di consegna è in forma completa: contiene, coperta dalla firma del gestore,
                    una copia integrale del messaggio (allegato postacert.eml). Il gestore sostituisce il Message-ID
                    e aggiunge alcune intestazioni; il corpo è identico a quello di original.eml.
                    """;
        }
        if (brief) {
            return """
                    Almeno una ricevuta di consegna è in forma breve: contiene, coperti dalla firma del gestore, il
                    testo del messaggio e, al posto di ogni allegato, la sua impronta SHA-1 (file .hash), che deve
                    coincidere con quella dell'allegato contenuto in original.eml.
                    """;
        }
        return """
                Nessuna ricevuta contiene una copia del messaggio o le impronte dei suoi allegati. Le ricevute
                certificano mittente, destinatari, oggetto e Message-ID; che il corpo sia quello di original.eml
                risulta soltanto dall'impronta SHA-256 registrata alla spedizione da chi ha esportato il fascicolo.
                """;
    }

    @Override
    public String byOneself() {
        return """
                Le impronte di tutti i file, con qualsiasi strumento che calcoli SHA-256, per esempio:

                    sha256sum -c SHA256SUMS

                La firma di ciascuna ricevuta, con OpenSSL, alla data della firma; il certificato indicato deve
                essere quello dell'autorità riconosciuta, da confrontare con quello pubblicato da AgID:
                """;
    }

    @Override
    public String byCommand() {
        return """
                Tutto insieme, senza collegamenti di rete, con il programma di verifica di PEC Mail Proxy:

                    java -jar receipt-classifier.jar --verify-bundle FILE.zip
                """;
    }

    @Override
    public String receiptCommand() {
        return "Nel file ottenuto, l'allegato daticert.xml riporta i dati certificati.";
    }

    @Override
    public String weakDigest() {
        return "la firma usa SHA-1, come ancora oggi quelle di alcuni gestori";
    }

    @Override
    public String limits() {
        return """
                Nessuna firma copre: le intestazioni esterne delle ricevute, la casella, l'UID e gli orari di arrivo,
                gli eventi che non derivano da una ricevuta. Sono quanto ha annotato chi ha esportato il fascicolo.
                """;
    }
}
