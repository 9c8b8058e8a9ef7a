package dev.duplex.endpoint;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the type variables of a class's supertypes stand for, through any number of them. Immutable. */
final class TypeArguments {
    private final Map<TypeVariable<?>, Class<?>> arguments = new HashMap<>();

    /** The type arguments as a class sees them. */
    TypeArguments(Class<?> type) {
        collect(type);
    }

    /** The class that the first argument of a generic supertype is; null when the class does not tell, as a lambda's never does. */
    static @Nullable Class<?> first(Class<?> type, Class<?> generic) {
        return new TypeArguments(type).classOf(generic.getTypeParameters()[0]);
    }

    /** The class that a type stands for, without its own arguments; null when it is a variable that nothing stands for. */
    @Nullable
    Class<?> classOf(Type type) {
        if (type instanceof Class<?> found) {
            return found;
        }
        if (type instanceof ParameterizedType parameterized) {
            return classOf(parameterized.getRawType());
        }
        if (type instanceof GenericArrayType array) {
            Class<?> component = classOf(array.getGenericComponentType());
            return component == null ? null : component.arrayType();
        }
        if (type instanceof WildcardType wildcard) {
            return classOf(wildcard.getUpperBounds()[0]);
        }
        return type instanceof TypeVariable<?> variable ? arguments.get(variable) : null;
    }

    private void collect(@Nullable Type type) {
        if (type instanceof ParameterizedType parameterized) {
            Class<?> raw = (Class<?>) parameterized.getRawType();
            TypeVariable<?>[] variables = raw.getTypeParameters();
            Type[] values = parameterized.getActualTypeArguments();
            // All before any: the arguments of an inner class's supertype may be that supertype's own variables
            Map<TypeVariable<?>, Class<?>> found = new HashMap<>();
            for (int i = 0; i < variables.length; i++) {
                Class<?> value = classOf(values[i]);
                if (value != null) {
                    found.put(variables[i], value);
                }
            }
            arguments.putAll(found);
            collect(raw);
        } else if (type instanceof Class<?> known) {
            collect(known.getGenericSuperclass());
            for (Type implemented : known.getGenericInterfaces()) {
                collect(implemented);
            }
        }
    }
}
