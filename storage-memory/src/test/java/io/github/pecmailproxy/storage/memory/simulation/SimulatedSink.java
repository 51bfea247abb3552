package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.DeliveryReportSink;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.report.ReportEntry;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/** The host's end of the reports, as one life of a node reaches it. */
final class SimulatedSink implements DeliveryReportSink {
    private final Simulation simulation;
    private final Life life;

    SimulatedSink(Simulation simulation, Life life) {
        this.simulation = simulation;
        this.life = life;
    }

    @Override
    public ReportAnswer deliver(DeliveryReport report) throws IOException {
        life.reach("before the sink");
        if (simulation.happens(Fault.SINK_FAILS)) {
            throw new IOException("the host does not answer");
        }
        simulation.ledger().reported(report);
        life.reach("after the sink");
        if (simulation.happens(Fault.SINK_FAILS_AFTERWARDS)) {
            throw new IOException("the host answered, but nobody heard it");
        }
        Set<Long> again = new TreeSet<>();
        if (simulation.happens(Fault.SINK_WANTS_SOME_AGAIN)) {
            for (ReportEntry entry : report.entries()) {
                if (simulation.choose(3) == 0) {
                    again.add(entry.sequence());
                }
            }
        }
        for (ReportEntry entry : report.entries()) {
            if (!again.contains(entry.sequence())) {
                simulation.ledger().sinkAccepted(entry.sequence());
            }
        }
        return ReportAnswer.acceptedExcept(again);
    }
}
