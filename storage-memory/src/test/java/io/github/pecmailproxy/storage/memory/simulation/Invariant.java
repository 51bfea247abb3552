package io.github.pecmailproxy.storage.memory.simulation;

/** What the engine promises whatever happens, and the simulation checks after every step that changed something. */
enum Invariant {
    ENQUEUE_IS_DURABLE("an enqueue that returned survives any crash; one that threw left nothing behind"),
    IDENTITY_IS_KEPT("the same id with the same content is a no-op that says so; with other content it is refused"),
    BYTES_ARE_FIXED("the Message-ID is stored before SMTP and never reused; every attempt sends the bytes stored"),
    ONE_NODE_TRANSMITS("one node at a time may transmit a message; a settle whose lease was lost changes nothing"),
    NO_SILENT_RESEND("nothing is sent twice unless a doubt was recorded and its policy decided so"),
    ONE_EVENT_PER_RECEIPT("a receipt becomes exactly one event, however often it is read"),
    ONLY_PROOF_COUNTS("only a receipt with proof moves legal state; everything else is kept with its reason"),
    NOTHING_STOPS_OTHERS("one bad mail or dead account never stops another; a poison mail is passed over"),
    MAILBOX_IS_UNTOUCHED("in the customer's mailbox nothing is flagged, moved or deleted"),
    EVIDENCE_IS_KEPT("the original as sent and each receipt are kept byte for byte"),
    REPORTS_ARRIVE_IN_ORDER(
            "a report is delivered at least once, in order per message, and acknowledged only if accepted"),
    SECRETS_STAY_SECRET("a secret never reaches an event, a report, an exception or a message");

    private final String promise;

    Invariant(String promise) {
        this.promise = promise;
    }

    String promise() {
        return promise;
    }
}
