package io.github.pecmailproxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;

/** Dovecot 2.3 as nothing but the keeper of passwords for an SMTP server. */
final class DovecotAuthentication implements AutoCloseable {
    /** The password of both users. */
    static final String PASSWORD = "mailbox-secret";

    private static final String PROGRAM = "/usr/sbin/dovecot";

    private final Path folder;
    private final ServerProcess process;

    private DovecotAuthentication(Path folder, ServerProcess process) {
        this.folder = folder;
        this.process = process;
    }

    /** Starts it, or skips the test. */
    static DovecotAuthentication start() {
        ServerProcess.assumeInstalled(PROGRAM);
        Path folder = ServerProcess.folder("pmp-auth");
        Path configuration = folder.resolve("dovecot.conf");
        try {
            Files.writeString(folder.resolve("users"), "alice:{PLAIN}" + PASSWORD + "\nbob:{PLAIN}" + PASSWORD + "\n");
            Files.writeString(configuration, configuration(folder));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        ServerProcess process = ServerProcess.start(
                folder,
                List.of(PROGRAM, "-F", "-c", configuration.toString()),
                List.of(PROGRAM, "-c", configuration.toString(), "stop"));
        DovecotAuthentication authentication = new DovecotAuthentication(folder, process);
        Awaitility.await().until(() -> Files.exists(authentication.socket()));
        return authentication;
    }

    /** The socket by which an SMTP server asks whether a password is right. */
    Path socket() {
        return folder.resolve("run/auth-smtp");
    }

    @Override
    public void close() {
        process.close();
    }

    private static String configuration(Path folder) {
        return """
                base_dir = FOLDER/run
                state_dir = FOLDER/state
                log_path = FOLDER/dovecot.log
                protocols =
                ssl = no
                auth_mechanisms = plain login
                first_valid_uid = 1
                passdb {
                  driver = passwd-file
                  args = scheme=PLAIN username_format=%u FOLDER/users
                }
                userdb {
                  driver = static
                  args = uid=mail gid=mail home=FOLDER/mail/%u
                }
                service auth {
                  unix_listener auth-smtp {
                    path = FOLDER/run/auth-smtp
                    mode = 0666
                  }
                }
                """.replace("FOLDER", folder.toString());
    }
}
