package dev.duplex.tck.official;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TckHostTest {
    private static final Path REPOSITORY = Path.of("repository").toAbsolutePath();

    @Test
    void whatSomeHostsAreMadeOfIsForThemAlone() {
        assertThat(thatNeed("org/apache/tomcat/embed/tomcat-embed-core/11.0.22/tomcat-embed-core-11.0.22.jar"))
                .containsExactly(TckHost.TOMCAT);
        assertThat(thatNeed("org/eclipse/jetty/jetty-io/12.1.12/jetty-io-12.1.12.jar"))
                .containsExactly(TckHost.JETTY);
        assertThat(thatNeed("io/undertow/undertow-core/2.3.24.Final/undertow-core-2.3.24.Final.jar"))
                .containsExactly(TckHost.UNDERTOW);
        assertThat(thatNeed("org/jboss/weld/se/weld-se-core/6.0.4.Final/weld-se-core-6.0.4.Final.jar"))
                .containsExactly(TckHost.SE);
        assertThat(thatNeed("org/jboss/weld/servlet/weld-servlet-core/6.0.4.Final/weld-servlet-core-6.0.4.Final.jar"))
                .containsExactly(TckHost.TOMCAT, TckHost.JETTY, TckHost.UNDERTOW);
        assertThat(thatNeed("servlet/target/duplex-servlet-0.1.0.jar"))
                .containsExactly(TckHost.TOMCAT, TckHost.JETTY, TckHost.UNDERTOW);
        assertThat(thatNeed("container-se/target/classes")).containsExactly(TckHost.SE);
    }

    @Test
    void whatNoHostIsMadeOfIsForAll() {
        assertThat(thatNeed("provider/target/duplex-provider-0.1.0.jar")).containsExactly(TckHost.values());
        assertThat(thatNeed("org/jboss/weld/weld-core-impl/6.0.4.Final/weld-core-impl-6.0.4.Final.jar"))
                .containsExactly(TckHost.values());
        assertThat(thatNeed("org/jboss/arquillian/core/arquillian-core-api/1.10.2.Final/arquillian-core-api.jar"))
                .containsExactly(TckHost.values());
    }

    @Test
    void whatOtherTestsAreWrittenWithIsForNone() {
        assertThat(thatNeed("org/springframework/spring-web/7.0.9/spring-web-7.0.9.jar"))
                .isEmpty();
    }

    private static List<TckHost> thatNeed(String entry) {
        return Arrays.stream(TckHost.values())
                .filter(host -> host.needs(REPOSITORY.resolve(entry)))
                .toList();
    }
}
