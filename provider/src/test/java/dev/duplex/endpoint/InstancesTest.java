package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

final class InstancesTest {
    private static final class Secret {
        private Secret() {}
    }

    static final class Failing {
        Failing() {
            throw new IllegalStateException("no licence");
        }
    }

    record Needy(String argument) {}

    @Test
    void callsTheConstructorWithoutArgumentsWhateverItsAccess() throws InstantiationException {
        assertThat(Instances.BY_CONSTRUCTOR.create(Secret.class)).isNotNull();
    }

    @Test
    void namesTheClassAndTheCauseWhenItCannot() {
        assertThatThrownBy(() -> Instances.BY_CONSTRUCTOR.create(Failing.class))
                .isInstanceOf(InstantiationException.class)
                .hasMessage(Failing.class.getName()
                        + " needs a constructor without arguments that can be called and succeeds: "
                        + "java.lang.IllegalStateException: no licence")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Instances.BY_CONSTRUCTOR.create(Needy.class))
                .isInstanceOf(InstantiationException.class)
                .hasMessageStartingWith(Needy.class.getName() + " needs a constructor without arguments");
        assertThatThrownBy(() -> Instances.BY_CONSTRUCTOR.create(Supplier.class))
                .isInstanceOf(InstantiationException.class)
                .hasMessageStartingWith("java.util.function.Supplier needs a constructor without arguments");
    }
}
