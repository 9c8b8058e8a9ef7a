package dev.duplex.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DecodeException;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An annotated method that keeps the rules of its annotation, as a method handle of one shape for all of them. Made once, immutable.
 * Jakarta WebSocket §4.3 to §4.7.
 */
final class CallbackMethod {
    /** The places of the shape's parameters. */
    private static final int INSTANCE = 0;

    private static final int SESSION = 1;
    private static final int SUBJECT = 2;
    private static final int LAST = 3;
    private static final int PATH = 4;

    /** The instance, the session, the subject, whether it is the last part, the path arguments. */
    private static final MethodType SHAPE = MethodType.methodType(
            Object.class, Object.class, Session.class, Object.class, boolean.class, Object[].class);

    private static final MethodHandle ELEMENT = MethodHandles.arrayElementGetter(Object[].class);
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private final String name;
    private final MethodHandle handle;
    private final List<PathArguments.Parameter> pathParameters;
    private final List<Reception> receptions;
    private final int maxMessageSize;

    private CallbackMethod(
            String name,
            MethodHandle handle,
            List<PathArguments.Parameter> pathParameters,
            List<Reception> receptions,
            int maxMessageSize) {
        this.name = name;
        this.handle = handle;
        this.pathParameters = pathParameters;
        this.receptions = receptions;
        this.maxMessageSize = maxMessageSize;
    }

    static CallbackMethod open(EndpointClass endpoint, Method method) throws DeploymentException {
        return new Draft(endpoint, method, OnOpen.class).lifecycle(EndpointConfig.class);
    }

    static CallbackMethod close(EndpointClass endpoint, Method method) throws DeploymentException {
        return new Draft(endpoint, method, OnClose.class).lifecycle(CloseReason.class);
    }

    static CallbackMethod error(EndpointClass endpoint, Method method) throws DeploymentException {
        Draft draft = new Draft(endpoint, method, OnError.class);
        CallbackMethod error = draft.lifecycle(Throwable.class);
        if (!draft.slots.contains(SUBJECT)) {
            throw draft.broken("needs a parameter of type Throwable");
        }
        return error;
    }

    static CallbackMethod message(EndpointClass endpoint, Method method, OnMessage annotation)
            throws DeploymentException {
        return new Draft(endpoint, method, OnMessage.class).message(annotation.maxMessageSize());
    }

    /** Its class, its name and its parameters, for a sentence. */
    static String describe(Method method) {
        return method.getDeclaringClass().getName() + "." + method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    /** What it is called in a sentence. */
    String name() {
        return name;
    }

    /** How it receives messages, one for each kind that it takes; none unless it is annotated with OnMessage. */
    List<Reception> receptions() {
        return receptions;
    }

    /** The values of its path parameters on one connection. */
    PathArguments pathArguments(Map<String, String> values) {
        return pathParameters.isEmpty() ? PathArguments.NONE : new PathArguments(pathParameters, values);
    }

    /**
     * Calls it.
     *
     * @param subject the message, EndpointConfig, CloseReason or Throwable
     * @return null when it returns nothing
     * @throws DecodeException when a path parameter cannot be decoded
     * @throws Throwable what it threw, as it is
     */
    @Nullable
    Object call(Object instance, Session session, @Nullable Object subject, boolean last, PathArguments path)
            throws Throwable {
        @Nullable Object[] arguments = path.get();
        return (Object) handle.invokeExact(instance, session, subject, last, arguments);
    }

    /** What takes messages for it on one connection. */
    List<Receiver> receivers(Object instance, Map<String, String> pathParameters, Coders coders) {
        PathArguments path = pathArguments(pathParameters);
        List<Receiver> receivers = new ArrayList<>(receptions.size());
        for (Reception reception : receptions) {
            receivers.add(new MethodReceiver(this, reception, instance, path, coders));
        }
        return receivers;
    }

    /**
     * What the rules need to know of the class around a method.
     *
     * @param path null on a client
     */
    record EndpointClass(
            TypeArguments arguments,
            CoderTable coders,
            @Nullable PathTemplate path) {}

    /** A method whose parameters are being understood. */
    private static final class Draft {
        private final EndpointClass endpoint;
        private final Method method;
        private final String annotation;
        private final Parameter[] parameters;
        /** What each parameter takes. */
        private final List<Integer> slots = new ArrayList<>();

        private final List<PathArguments.Parameter> path = new ArrayList<>();

        Draft(EndpointClass endpoint, Method method, Class<? extends Annotation> annotation) {
            this.endpoint = endpoint;
            this.method = method;
            this.annotation = annotation.getSimpleName();
            this.parameters = method.getParameters();
        }

        CallbackMethod lifecycle(Class<?> subject) throws DeploymentException {
            for (Parameter parameter : parameters) {
                Class<?> type = parameter.getType();
                PathParam variable = parameter.getAnnotation(PathParam.class);
                if (variable != null) {
                    slots.add(pathParameter(type, variable.value()));
                } else if (type == Session.class) {
                    slots.add(once(SESSION, type));
                } else if (type == subject) {
                    slots.add(once(SUBJECT, type));
                } else {
                    throw broken("takes Session" + (endpoint.path() == null ? " and " : ", ") + subject.getSimpleName()
                            + (endpoint.path() == null ? "" : " and parameters with @PathParam") + ", not "
                            + type.getTypeName());
                }
            }
            return finish(List.of(), Receiver.SESSION_LIMIT);
        }

        CallbackMethod message(long maxMessageSize) throws DeploymentException {
            Class<?> message = null;
            int last = -1; // the place of the boolean that may be the flag, until the whole method has been seen
            for (int i = 0; i < parameters.length; i++) {
                Class<?> type = type(i);
                PathParam variable = parameters[i].getAnnotation(PathParam.class);
                if (variable != null) {
                    slots.add(pathParameter(type, variable.value()));
                } else if (type == Session.class) {
                    slots.add(once(SESSION, type));
                } else if (type == boolean.class) {
                    slots.add(once(LAST, type));
                    last = i;
                } else if (endpoint.coders().receptions(type).isEmpty()) {
                    throw broken("takes a message, and no decoder of the endpoint makes a " + type.getTypeName()
                            + " of one");
                } else if (message != null) {
                    throw broken("takes one message, not both " + message.getTypeName() + " and " + type.getTypeName());
                } else {
                    slots.add(SUBJECT);
                    message = type;
                }
            }
            List<Reception> receptions;
            if (message != null && last >= 0) {
                receptions = Reception.ofParts(message).map(List::of).orElse(List.of());
                if (receptions.isEmpty()) {
                    throw broken("takes parts, as its boolean says, of type String, ByteBuffer or byte[], not "
                            + message.getTypeName());
                }
            } else if (message != null) {
                receptions = endpoint.coders().receptions(message);
            } else if (last >= 0) {
                slots.set(last, SUBJECT); // a boolean alone is the message
                receptions = endpoint.coders().receptions(boolean.class);
            } else {
                throw broken("needs a parameter for the message");
            }
            return finish(receptions, limit(maxMessageSize));
        }

        private int limit(long maxMessageSize) throws DeploymentException {
            if (maxMessageSize > Integer.MAX_VALUE) {
                throw broken("has a maxMessageSize of " + Integer.MAX_VALUE + " bytes at most, not " + maxMessageSize);
            }
            return maxMessageSize < 0 ? Receiver.SESSION_LIMIT : (int) maxMessageSize;
        }

        private int pathParameter(Class<?> type, String name) throws DeploymentException {
            if (endpoint.path() == null) {
                throw broken("has no @PathParam on a client, whose path has no variables");
            }
            if (name.isEmpty()) {
                throw broken("has a @PathParam without a name");
            }
            if (type != String.class && !Primitives.includes(type)) {
                throw broken(
                        "has a @PathParam of type String, of a primitive type or its box, not " + type.getTypeName());
            }
            if (type.isPrimitive() && !endpoint.path().variables().contains(name)) {
                throw broken("has a @PathParam of type " + type.getName() + ", which cannot be null, but {" + name
                        + "} is no variable of " + endpoint.path());
            }
            path.add(new PathArguments.Parameter(name, type));
            return PATH + path.size() - 1;
        }

        private int once(int slot, Class<?> type) throws DeploymentException {
            if (slots.contains(slot)) {
                throw broken("takes one " + type.getSimpleName() + ", not two");
            }
            return slot;
        }

        /** The type of a parameter as the endpoint's class sees it, where its superclass says T. */
        private Class<?> type(int parameter) {
            Class<?> type = endpoint.arguments().classOf(method.getGenericParameterTypes()[parameter]);
            return type == null ? parameters[parameter].getType() : type;
        }

        private CallbackMethod finish(List<Reception> receptions, int maxMessageSize) throws DeploymentException {
            if (!receptions.isEmpty()) {
                Class<?> returned = endpoint.arguments().classOf(method.getGenericReturnType());
                Class<?> type = returned == null ? method.getReturnType() : returned;
                if (type != void.class
                        && type != Void.class
                        && !endpoint.coders().encodes(type)) {
                    throw broken(
                            "returns what is sent back, and no encoder of the endpoint takes a " + type.getTypeName());
                }
            }
            List<Reception> limited = maxMessageSize == Receiver.SESSION_LIMIT
                    ? receptions
                    : receptions.stream().map(Reception::limited).toList();
            return new CallbackMethod(
                    describe(method), handle(), List.copyOf(path), List.copyOf(limited), maxMessageSize);
        }

        private MethodHandle handle() throws DeploymentException {
            if (!method.trySetAccessible()) {
                throw broken("cannot be called: let its module say opens "
                        + method.getDeclaringClass().getPackageName());
            }
            MethodHandle plain;
            try {
                plain = LOOKUP.unreflect(method);
            } catch (IllegalAccessException e) {
                throw new DeploymentException(describe(method) + " cannot be called", e);
            }
            // Varargs stay the array that they are; a static method has no use for the instance
            MethodHandle target = plain.asFixedArity();
            if (Modifier.isStatic(method.getModifiers())) {
                target = MethodHandles.dropArguments(target, 0, Object.class);
            }
            int[] order = new int[slots.size() + 1];
            order[0] = INSTANCE;
            MethodType type = target.type().changeReturnType(Object.class).changeParameterType(0, Object.class);
            MethodHandle[] filters = new MethodHandle[slots.size()];
            for (int i = 0; i < slots.size(); i++) {
                int slot = slots.get(i);
                order[i + 1] = Math.min(slot, PATH);
                if (slot >= PATH) {
                    filters[i] = MethodHandles.insertArguments(ELEMENT, 1, slot - PATH);
                    type = type.changeParameterType(i + 1, Object.class);
                } else {
                    type = type.changeParameterType(i + 1, SHAPE.parameterType(slot));
                }
            }
            MethodHandle adapted = MethodHandles.filterArguments(target.asType(type), 1, filters);
            return MethodHandles.permuteArguments(adapted, SHAPE, order);
        }

        DeploymentException broken(String rule) {
            return new DeploymentException(describe(method) + ": a method with @" + annotation + " " + rule);
        }
    }

    /** A method that takes messages of one kind on one connection. */
    private static final class MethodReceiver extends Receiver {
        private final CallbackMethod method;
        private final Reception reception;
        private final Object instance;
        private final PathArguments path;
        private final Coders coders;

        MethodReceiver(CallbackMethod method, Reception reception, Object instance, PathArguments path, Coders coders) {
            // §4.7.1: the annotation's limit is for whole messages
            super(reception.form(), reception.form().isStreamed() ? SESSION_LIMIT : method.maxMessageSize);
            this.method = method;
            this.reception = reception;
            this.instance = instance;
            this.path = path;
            this.coders = coders;
        }

        @Override
        public @Nullable Object receive(Session session, Object message, boolean last) throws Throwable {
            return method.call(instance, session, reception.decode(coders, message), last, path);
        }
    }
}
