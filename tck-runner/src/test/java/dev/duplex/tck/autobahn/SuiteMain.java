package dev.duplex.tck.autobahn;

import java.io.IOException;
import java.io.InputStream;
import org.python.core.Py;
import org.python.core.PyException;
import org.python.core.PyString;
import org.python.core.PySystemState;
import org.python.util.PythonInterpreter;

/** The suite's process: runs suite.py on Jython and ends with it, or when the process that started it is gone. */
final class SuiteMain {
    private SuiteMain() {}

    public static void main(String[] arguments) throws IOException {
        Thread.ofPlatform().daemon().name("parent-watch").start(SuiteMain::endWithParent);
        PySystemState state = new PySystemState();
        state.argv.clear();
        state.argv.append(new PyString("suite.py"));
        for (String argument : arguments) {
            state.argv.append(Py.newStringOrUnicode(argument));
        }
        try (PythonInterpreter python = new PythonInterpreter(null, state);
                InputStream script = SuiteMain.class.getResourceAsStream("suite.py")) {
            python.execfile(script, "suite.py");
        } catch (PyException e) {
            System.err.println(e); // with Python's stack trace
        }
        // Jython's sockets leave threads behind that are not daemons. No report tells the parent that the run failed.
        System.exit(0);
    }

    /** The parent holds the other end of standard input open for as long as it lives and writes nothing. */
    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            System.err.println("Standard input failed, so the parent process is taken to be gone: " + e);
        }
        Runtime.getRuntime().halt(1);
    }
}
