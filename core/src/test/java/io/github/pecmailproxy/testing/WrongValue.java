package io.github.pecmailproxy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.pecmailproxy.message.InvalidValueException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Shows that a wrong value is refused by the name of its field. */
public final class WrongValue {
    private WrongValue() {}

    /** Runs something that must be refused, for a field, with words that say what is wrong. */
    public static void refused(String field, String problem, ThrowingCallable action) {
        Throwable thrown = catchThrowable(action);
        assertThat(thrown).isInstanceOf(InvalidValueException.class);
        InvalidValueException invalid = (InvalidValueException) thrown;
        assertThat(invalid.field()).isEqualTo(field);
        assertThat(invalid.problem()).contains(problem);
        assertThat(invalid).hasMessage(field + ": " + invalid.problem());
        assertThat(invalid.getMessage()).doesNotContain("\r", "\n");
    }
}
