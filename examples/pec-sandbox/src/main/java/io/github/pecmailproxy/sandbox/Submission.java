package io.github.pecmailproxy.sandbox;

import java.util.List;

/**
 * One message as it came over SMTP.
 *
 * @param account the account that authenticated
 * @param sender the reverse path
 * @param recipients the forward paths
 * @param raw the content, dots unstuffed
 * @param clientName what the client called itself
 */
record Submission(MailAccount account, String sender, List<String> recipients, byte[] raw, String clientName) {}
