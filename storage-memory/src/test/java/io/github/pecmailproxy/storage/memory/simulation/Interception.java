package io.github.pecmailproxy.storage.memory.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Does something else where a method is called, and leaves all others alone. */
@FunctionalInterface
interface Interception {
    @Nullable
    Object call(Original original, Object[] arguments) throws Throwable;

    /** Calls the method that was meant. */
    @FunctionalInterface
    interface Original {
        @Nullable
        Object call(Object... arguments) throws Throwable;
    }

    /** Wraps an object so that one of its methods is intercepted. */
    static <T> T of(Class<T> type, T target, String name, Interception interception) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Original original = given -> {
                        try {
                            return method.invoke(target, given);
                        } catch (InvocationTargetException failed) {
                            throw failed.getCause();
                        }
                    };
                    Object[] all = arguments == null ? new Object[0] : arguments;
                    return method.getName().equals(name) ? interception.call(original, all) : original.call(all);
                }));
    }
}
