package dev.duplex.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The model of one annotated class: its methods as handles, checked against every rule. Made once, so that a call needs no reflection.
 * Immutable. Jakarta WebSocket §4.
 *
 * <p>Annotated methods may have any access and may be static. Those of superclasses count too, unless the class or one between
 * overrides them: then only what the overriding method says counts (§4.8).
 */
public final class AnnotatedEndpoint {
    private final Class<?> type;
    private final @Nullable CallbackMethod open;
    private final @Nullable CallbackMethod close;
    private final @Nullable CallbackMethod error;
    private final List<CallbackMethod> messages;

    private AnnotatedEndpoint(Class<?> type, @Nullable PathTemplate path, CoderTable coders)
            throws DeploymentException {
        if (Modifier.isAbstract(type.getModifiers())) {
            throw new DeploymentException(type.getName() + " is abstract, but each connection needs an instance");
        }
        this.type = type;
        CallbackMethod.EndpointClass endpoint = new CallbackMethod.EndpointClass(new TypeArguments(type), coders, path);
        List<Method> methods;
        try {
            methods = methods(type);
        } catch (LinkageError e) {
            throw new DeploymentException(type.getName() + " needs a class that is missing: " + e, e);
        }
        Method onOpen = only(methods, OnOpen.class);
        Method onClose = only(methods, OnClose.class);
        Method onError = only(methods, OnError.class);
        this.open = onOpen == null ? null : CallbackMethod.open(endpoint, onOpen);
        this.close = onClose == null ? null : CallbackMethod.close(endpoint, onClose);
        this.error = onError == null ? null : CallbackMethod.error(endpoint, onError);
        List<CallbackMethod> found = new ArrayList<>();
        for (Method method : methods) {
            OnMessage annotation = method.getAnnotation(OnMessage.class);
            if (annotation != null) {
                found.add(CallbackMethod.message(endpoint, method, annotation));
            }
        }
        checkOneOfAKind(found, "text messages", Form::isText);
        checkOneOfAKind(found, "binary messages", Form::isBinary);
        checkOneOfAKind(found, "Pongs", form -> form == Form.PONG);
        this.messages = List.copyOf(found);
    }

    /**
     * The model of a server's class.
     *
     * @param path the endpoint's path; a PathParam may name a variable that it does not have and is then null, unless it is a primitive
     * @throws DeploymentException when a method breaks a rule of §4; names the class, the method and the rule
     */
    public static AnnotatedEndpoint ofServer(Class<?> type, PathTemplate path, CoderTable coders)
            throws DeploymentException {
        return new AnnotatedEndpoint(type, path, coders);
    }

    /**
     * The model of a client's class, which has no path parameters.
     *
     * @throws DeploymentException when a method breaks a rule of §4; names the class, the method and the rule
     */
    public static AnnotatedEndpoint ofClient(Class<?> type, CoderTable coders) throws DeploymentException {
        return new AnnotatedEndpoint(type, null, coders);
    }

    /** The class. */
    public Class<?> type() {
        return type;
    }

    /**
     * An instance of the class as one connection calls it. A path parameter that cannot be decoded is a DecodeException of each call
     * that needs it.
     *
     * @param instance of the class or a subclass, such as a proxy
     * @param pathParameters the values of the path's variables by their names
     */
    public Callbacks connect(Object instance, Map<String, String> pathParameters, Coders coders) {
        if (!type.isInstance(instance)) {
            throw new IllegalArgumentException("An endpoint's instance is a " + type.getName() + ", not a "
                    + instance.getClass().getName());
        }
        return new Connected(this, instance, pathParameters, coders);
    }

    /** The methods that an instance has, from the class up, without those that are overridden. */
    private static List<Method> methods(Class<?> type) {
        List<Method> methods = new ArrayList<>();
        List<Method> seen = new ArrayList<>();
        for (Class<?> from = type; from != null && from != Object.class; from = from.getSuperclass()) {
            Method[] declared = from.getDeclaredMethods();
            // The JVM gives them in any order: a sentence shall not change from run to run
            Arrays.sort(declared, Comparator.comparing(CallbackMethod::describe));
            for (Method method : declared) {
                // A bridge has the annotations of its method, but not its types: it serves to see what that overrides
                if (!method.isSynthetic() && seen.stream().noneMatch(m -> overrides(m, method))) {
                    methods.add(method);
                }
            }
            seen.addAll(Arrays.asList(declared));
        }
        return methods;
    }

    private static boolean overrides(Method method, Method inherited) {
        int modifiers = inherited.getModifiers();
        if (Modifier.isPrivate(modifiers)
                || Modifier.isStatic(modifiers)
                || Modifier.isStatic(method.getModifiers())
                || Modifier.isPrivate(method.getModifiers())) {
            return false;
        }
        boolean visible = Modifier.isPublic(modifiers)
                || Modifier.isProtected(modifiers)
                || inherited
                        .getDeclaringClass()
                        .getPackageName()
                        .equals(method.getDeclaringClass().getPackageName());
        return visible
                && method.getName().equals(inherited.getName())
                && Arrays.equals(method.getParameterTypes(), inherited.getParameterTypes());
    }

    private static @Nullable Method only(List<Method> methods, Class<? extends Annotation> annotation)
            throws DeploymentException {
        Method only = null;
        for (Method method : methods) {
            if (!method.isAnnotationPresent(annotation)) {
                continue;
            }
            if (only != null) {
                throw new DeploymentException(CallbackMethod.describe(only) + " and " + CallbackMethod.describe(method)
                        + ": only one method of an endpoint has @" + annotation.getSimpleName());
            }
            only = method;
        }
        return only;
    }

    private static void checkOneOfAKind(List<CallbackMethod> methods, String kind, Predicate<Form> isOfKind)
            throws DeploymentException {
        CallbackMethod only = null;
        for (CallbackMethod method : methods) {
            if (method.receptions().stream().map(Reception::form).noneMatch(isOfKind)) {
                continue;
            }
            if (only != null) {
                throw new DeploymentException(only.name() + " and " + method.name()
                        + ": only one method with @OnMessage of an endpoint takes " + kind);
            }
            only = method;
        }
    }

    /** The endpoint of one connection. */
    private static final class Connected implements Callbacks {
        private final AnnotatedEndpoint endpoint;
        private final Object instance;
        private final Map<String, String> pathParameters;
        private final Coders coders;

        Connected(AnnotatedEndpoint endpoint, Object instance, Map<String, String> pathParameters, Coders coders) {
            this.endpoint = endpoint;
            this.instance = instance;
            this.pathParameters = pathParameters;
            this.coders = coders;
        }

        @Override
        public void open(Session session, EndpointConfig config) throws Throwable {
            call(endpoint.open, session, config);
        }

        @Override
        public void close(Session session, CloseReason reason) throws Throwable {
            call(endpoint.close, session, reason);
        }

        @Override
        public boolean error(Session session, Throwable failure) throws Throwable {
            call(endpoint.error, session, failure);
            return endpoint.error != null;
        }

        private void call(@Nullable CallbackMethod method, Session session, Object subject) throws Throwable {
            if (method != null) {
                method.call(instance, session, subject, true, method.pathArguments(pathParameters));
            }
        }

        @Override
        public List<Receiver> receivers() {
            return endpoint.messages.stream()
                    .flatMap(method -> method.receivers(instance, pathParameters, coders).stream())
                    .toList();
        }

        @Override
        public Object instance() {
            return instance;
        }
    }
}
