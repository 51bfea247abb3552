package io.github.pecmailproxy.pec;

/** Composes a daticert.xml for tests. */
final class Daticert {
    private final String type;
    private String errorAttribute = " errore=\"nessuno\"";
    private String recipients = "<destinatari tipo=\"certificato\">anna@pec.example</destinatari>";
    private String subject = "<oggetto>prova</oggetto>";
    private String provider = "Provider S.p.A.";
    private String date = "<data zona=\"+0100\"><giorno>02/01/2026</giorno><ora>03:04:05</ora></data>";
    private String providerId = "<identificativo>" + ReceiptMail.PROVIDER_ID + "</identificativo>";
    private String msgid = "<msgid>&lt;message-1$x=~@sender.example&gt;</msgid>";
    private final StringBuilder rest = new StringBuilder();

    private Daticert(String type) {
        this.type = type;
    }

    static Daticert of(String type) {
        return new Daticert(type);
    }

    /** A delivery receipt for the one recipient. */
    static Daticert delivery() {
        return of("avvenuta-consegna").add("<ricevuta tipo=\"completa\" />").consegna("anna@pec.example");
    }

    /** A failure notice for the one recipient. */
    static Daticert failure(String error, String detail) {
        return of("errore-consegna").error(error).consegna("anna@pec.example").detail(detail);
    }

    Daticert error(String error) {
        errorAttribute = error.isEmpty() ? "" : " errore=\"" + error + "\"";
        return this;
    }

    Daticert recipients(String elements) {
        recipients = elements;
        return this;
    }

    Daticert subject(String element) {
        subject = element;
        return this;
    }

    Daticert provider(String provider) {
        this.provider = provider;
        return this;
    }

    Daticert date(String element) {
        date = element;
        return this;
    }

    Daticert msgid(String element) {
        msgid = element;
        return this;
    }

    Daticert providerId(String element) {
        providerId = element;
        return this;
    }

    Daticert consegna(String address) {
        return add("<consegna>" + address + "</consegna>");
    }

    Daticert detail(String detail) {
        return add("<errore-esteso>" + detail + "</errore-esteso>");
    }

    Daticert add(String element) {
        rest.append("        ").append(element).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <postacert tipo="%s"%s>
                    <intestazione>
                        <mittente>bruno@pec.example</mittente>
                        %s
                        <risposte>bruno@pec.example</risposte>
                        %s
                    </intestazione>
                    <dati>
                        <gestore-emittente>%s</gestore-emittente>
                        %s
                        %s
                        %s
                %s    </dati>
                </postacert>
                """.formatted(type, errorAttribute, recipients, subject, provider, date, providerId, msgid, rest);
    }
}
