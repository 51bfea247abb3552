package io.github.pecmailproxy.classifier;

import java.io.PrintStream;

/** Shows on a terminal how far the work has come, when there is enough of it to wait for. */
final class ProgressBar {
    private static final int MUCH = 200;
    private static final int WIDTH = 40;

    private final PrintStream terminal;
    private final int total;
    private final boolean shown;
    private int done;
    private int percent = -1;

    ProgressBar(PrintStream terminal, int total, boolean isTerminal) {
        this.terminal = terminal;
        this.total = total;
        this.shown = isTerminal && total >= MUCH;
    }

    /** One more file is done. */
    void step() {
        done++;
        int now = total == 0 ? 100 : (int) (100L * done / total);
        if (shown && now != percent) {
            percent = now;
            int filled = WIDTH * now / 100;
            terminal.print(
                    "\r[" + "#".repeat(filled) + " ".repeat(WIDTH - filled) + "] " + now + "% of " + total + " files");
            terminal.flush();
        }
    }

    /** Takes the bar away. */
    void finish() {
        if (shown) {
            terminal.print("\r" + " ".repeat(WIDTH + 40) + "\r");
            terminal.flush();
        }
    }
}
