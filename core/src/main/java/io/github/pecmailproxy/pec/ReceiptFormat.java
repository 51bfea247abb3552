package io.github.pecmailproxy.pec;

public enum ReceiptFormat {
    COMPLETA,
    BREVE,
    SINTETICA
}
