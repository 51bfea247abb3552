package io.github.pecmailproxy.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Counts operations by the second of processor time the process got, its garbage collection included, rather than by the
 * second on the clock: on a machine that does other things the clock measures those.
 */
public final class CpuRateProfiler implements InternalProfiler {
    /** The name of the result: operations a second of processor time, of the best iteration. */
    static final String RATE = "cpu.rate";

    private long before;

    /** Creates the profiler, as JMH does by reflection. */
    public CpuRateProfiler() {}

    private static long processorTime() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            return system.getProcessCpuTime();
        }
        throw new IllegalStateException("this Java machine does not tell its processor time");
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        before = processorTime();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double seconds = (processorTime() - before) / (double) TimeUnit.SECONDS.toNanos(1);
        double rate = result.getMetadata().getAllOps() / seconds;
        return List.of(new ScalarResult(RATE, rate, "ops/s", AggregationPolicy.MAX));
    }

    @Override
    public String getDescription() {
        return "Operations by the second of processor time";
    }
}
