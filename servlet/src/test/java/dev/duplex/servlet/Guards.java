package dev.duplex.servlet;

import io.undertow.security.idm.Account;
import io.undertow.security.idm.Credential;
import io.undertow.security.idm.IdentityManager;
import io.undertow.security.idm.PasswordCredential;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.SecurityInfo;
import io.undertow.servlet.api.WebResourceCollection;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.Base64;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.apache.tomcat.util.descriptor.web.SecurityCollection;
import org.apache.tomcat.util.descriptor.web.SecurityConstraint;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.security.ConstraintMapping;
import org.eclipse.jetty.ee11.servlet.security.ConstraintSecurityHandler;
import org.eclipse.jetty.security.Constraint;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.UserStore;
import org.jspecify.annotations.Nullable;

/** What a web.xml says of security, said to each container: BASIC, one role, one user who has it. */
final class Guards {
    private static final String USER = "ann";
    private static final String PASSWORD = "secret";
    private static final String ROLE = "member";

    /** The header by which the user says who she is. */
    static final String ANN = "Authorization: Basic "
            + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.US_ASCII));

    private Guards() {}

    static void guard(Tomcat tomcat, Context context, String pattern) {
        tomcat.addUser(USER, PASSWORD);
        tomcat.addRole(USER, ROLE);
        SecurityCollection collection = new SecurityCollection();
        collection.addPatternDecoded(pattern);
        SecurityConstraint constraint = new SecurityConstraint();
        constraint.addCollection(collection);
        constraint.addAuthRole(ROLE);
        context.addSecurityRole(ROLE);
        context.addConstraint(constraint);
        context.setLoginConfig(new LoginConfig("BASIC", "test", null, null));
        context.getPipeline().addValve(new BasicAuthenticator());
    }

    static void guard(DeploymentInfo info, String pattern) {
        info.addSecurityRole(ROLE);
        info.addSecurityConstraint(new io.undertow.servlet.api.SecurityConstraint()
                .addWebResourceCollection(new WebResourceCollection().addUrlPattern(pattern))
                .addRoleAllowed(ROLE)
                .setEmptyRoleSemantic(SecurityInfo.EmptyRoleSemantic.DENY));
        info.setLoginConfig(new io.undertow.servlet.api.LoginConfig("BASIC", "test"));
        info.setIdentityManager(new OneUser());
    }

    static void guard(ServletContextHandler handler, String pattern) {
        UserStore users = new UserStore();
        users.addUser(USER, org.eclipse.jetty.util.security.Credential.getCredential(PASSWORD), new String[] {ROLE});
        HashLoginService login = new HashLoginService("test");
        login.setUserStore(users);
        ConstraintMapping mapping = new ConstraintMapping();
        mapping.setPathSpec(pattern);
        mapping.setConstraint(Constraint.from(ROLE));
        ConstraintSecurityHandler security = new ConstraintSecurityHandler();
        security.setLoginService(login);
        security.setAuthenticator(new org.eclipse.jetty.security.authentication.BasicAuthenticator());
        security.addConstraintMapping(mapping);
        handler.setSecurityHandler(security);
    }

    private static final class OneUser implements IdentityManager {
        @Override
        public Account verify(Account account) {
            return account;
        }

        @Override
        public @Nullable Account verify(String id, Credential credential) {
            boolean known = id.equals(USER)
                    && credential instanceof PasswordCredential password
                    && String.valueOf(password.getPassword()).equals(PASSWORD);
            return known ? new User(() -> USER) : null;
        }

        @Override
        public @Nullable Account verify(Credential credential) {
            return null;
        }
    }

    private record User(Principal principal) implements Account {
        @Override
        public Principal getPrincipal() {
            return principal;
        }

        @Override
        public Set<String> getRoles() {
            return Set.of(ROLE);
        }
    }
}
