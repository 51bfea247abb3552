package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.internal.receipt.FetchedMail;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was read is recorded while the next is read: nothing may be passed over, recorded twice or out of order for that. */
class RecordingWhileReadingTest {
    private static final int MAILS = 22;
    private static final int BATCH = 4;

    private final PollerFixture fixture = new PollerFixture();
    private final FakeMailbox mailbox = fixture.mailbox;
    private final FakeRecorder recorder = fixture.recorder;
    private final DefaultImapReceiptPoller poller = fixture.start();

    @BeforeEach
    void deliver() {
        poller.pollOnce();
        mailbox.givesWhole = true;
        for (int number = 0; number < MAILS; number++) {
            mailbox.deliverReceipt("receipt " + number);
        }
    }

    @Test
    void readsOnWhileABatchIsRecorded() {
        CountDownLatch readOn = new CountDownLatch(1);
        whenTheSecondBatchIsFetched(readOn::countDown);
        recorder.refusing(first(mail -> await(readOn)));

        assertThat(poller.pollOnce()).isEqualTo(MAILS);
        everyMailIsRecordedOnceAndInOrder();
    }

    @Test
    void beginsNoUnitBeforeTheOneBeforeItIsStored() {
        fixture.steps.clear();
        poller.pollOnce();

        List<String> recordings = fixture.steps.taken().stream()
                .filter(step -> step.endsWith(" recording"))
                .toList();
        assertThat(recordings).hasSizeGreaterThan(2 * MAILS / BATCH);
        for (int index = 0; index < recordings.size(); index++) {
            assertThat(recordings.get(index)).isEqualTo(index % 2 == 0 ? "before recording" : "after recording");
        }
    }

    @Test
    void aMailThatCannotBeRecordedIsFoundAndThoseReadMeanwhileAreReadAgain() {
        recorder.refusing(mail -> mail.uid() == 3 && mail.content() != null);
        for (int polls = 0; polls < 20; polls++) {
            poller.pollOnce();
            fixture.clock.advance(Duration.ofHours(1));
        }

        everyMailIsRecordedOnceAndInOrder();
        assertThat(recorder.entries().get(2).mail().trouble()).contains("cannot be recorded");
    }

    @Test
    void aLineCutWhileABatchIsRecordedCostsNoneOfIt() {
        whenTheSecondBatchIsFetched(() -> {
            throw FakeMailbox.lost();
        });

        assertThat(poller.pollOnce()).isEqualTo(MAILS);
        everyMailIsRecordedOnceAndInOrder();
        assertThat(fixture.events).isEmpty();
    }

    @Test
    void aLineCutWhileABatchCannotBeRecordedLosesNothing() {
        CountDownLatch cut = new CountDownLatch(1);
        whenTheSecondBatchIsFetched(() -> {
            cut.countDown();
            throw FakeMailbox.lost();
        });
        recorder.refusing(first(mail -> {
            await(cut);
            return true;
        }));

        assertThat(poller.pollOnce()).isEqualTo(MAILS);
        everyMailIsRecordedOnceAndInOrder();
        assertThat(fixture.events).isEmpty();
    }

    @Test
    void whatIsStillBeingRecordedWhenTheLeaseIsLostIsRecordedByTheOtherNodeOnly() {
        DefaultImapReceiptPoller other = fixture.start();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch lost = new CountDownLatch(1);
        whenTheSecondBatchIsFetched(() -> {
            await(begun);
            fixture.clock.advance(fixture.settings.leaseTime().plusSeconds(1));
            assertThat(other.pollOnce()).isEqualTo(MAILS);
            lost.countDown();
        });
        recorder.refusing(first(mail -> {
            begun.countDown();
            return await(lost);
        }));

        assertThat(poller.pollOnce()).isZero();
        everyMailIsRecordedOnceAndInOrder();
    }

    @Test
    void theReaderDoesNotEndBeforeWhatIsBeingRecorded() throws InterruptedException {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        AtomicReference<Thread> reader = new AtomicReference<>();
        AtomicBoolean ended = new AtomicBoolean();
        whenTheSecondBatchIsFetched(() -> {
            reader.set(Thread.currentThread());
            reading.countDown();
            await(stopped);
        });
        recorder.refusing(first(BATCH + 1, mail -> {
            ended.set(comesTo(reader.get(), Thread.State.WAITING) == Thread.State.TERMINATED);
            return false;
        }));
        poller.start();
        await(reading);
        Thread stopping = new Thread(() -> poller.stop(Duration.ofMinutes(1)));
        stopping.start();
        comesTo(stopping, Thread.State.TIMED_WAITING);
        stopped.countDown();
        stopping.join();

        assertThat(ended).isFalse();
        assertThat(recorder.uids()).hasSize(2 * BATCH);
        assertThat(fixture.start().pollOnce()).isEqualTo(MAILS - 2 * BATCH);
        everyMailIsRecordedOnceAndInOrder();
    }

    /** Waits until a thread is in a state, or has ended. */
    private static Thread.State comesTo(Thread thread, Thread.State wanted) {
        Thread.State state = thread.getState();
        while (state != wanted && state != Thread.State.TERMINATED) {
            Thread.onSpinWait();
            state = thread.getState();
        }
        return state;
    }

    private void everyMailIsRecordedOnceAndInOrder() {
        assertThat(recorder.uids())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, MAILS).boxed().toList());
        assertThat(recorder.repeated()).isEmpty();
        assertThat(fixture.cursor().lastUid()).isEqualTo(MAILS);
    }

    private void whenTheSecondBatchIsFetched(Happening happening) {
        AtomicBoolean once = new AtomicBoolean();
        mailbox.failing((command, uids) -> {
            if (command.equals("headers") && uids[0] == BATCH + 1 && once.compareAndSet(false, true)) {
                happening.happen();
            }
        });
    }

    @FunctionalInterface
    private interface Happening {
        void happen() throws MailboxException;
    }

    private static Predicate<FetchedMail> first(Predicate<FetchedMail> asked) {
        return first(1, asked);
    }

    /** Asks once, when a mail is first recorded. */
    private static Predicate<FetchedMail> first(long uid, Predicate<FetchedMail> asked) {
        AtomicBoolean once = new AtomicBoolean();
        return mail -> mail.uid() == uid && once.compareAndSet(false, true) && asked.test(mail);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).as("waited in vain").isTrue();
            return false;
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }
}
