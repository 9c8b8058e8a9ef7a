package dev.duplex.se;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Which application answers a path: that with the longest context path which the path lies below. Safe for any thread. */
final class Applications {
    private final ReentrantLock changing = new ReentrantLock();
    private volatile TreeMap<String, DeployedApplication> byContextPath =
            new TreeMap<>(); // never changed, but replaced

    /** Returns false when one is there already. */
    boolean add(DeployedApplication application) {
        changing.lock();
        try {
            TreeMap<String, DeployedApplication> changed = new TreeMap<>(byContextPath);
            if (changed.putIfAbsent(application.contextPath(), application) != null) {
                return false;
            }
            byContextPath = changed;
            return true;
        } finally {
            changing.unlock();
        }
    }

    /** Returns false when it is not there. */
    boolean remove(DeployedApplication application) {
        changing.lock();
        try {
            TreeMap<String, DeployedApplication> changed = new TreeMap<>(byContextPath);
            boolean removed = changed.remove(application.contextPath(), application);
            byContextPath = changed;
            return removed;
        } finally {
            changing.unlock();
        }
    }

    /** Those that are deployed, in the order of their context paths. */
    List<DeployedApplication> all() {
        return new ArrayList<>(byContextPath.values());
    }

    /** The one at this context path, null when there is none. */
    @Nullable
    DeployedApplication at(String contextPath) {
        return byContextPath.get(contextPath);
    }

    /** The one that answers the path of a request, null when there is none. */
    @Nullable
    DeployedApplication of(String path) {
        TreeMap<String, DeployedApplication> all = byContextPath;
        for (int end = path.length(); end >= 0; end = path.lastIndexOf('/', end - 1)) {
            DeployedApplication found = all.get(path.substring(0, end));
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
