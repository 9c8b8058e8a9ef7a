"""Builds, starts and loads the servers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from catalogue import RAW, SERVERS

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
OUT = Path(os.environ.get("BENCH_OUT", HERE.parent / "target" / "side-by-side"))
JAVA_HOME = os.environ.get("JAVA_HOME")
MAVEN = os.environ.get("MVN", "mvn")
DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0"
# The modules of the project that are a part of a server
DUPLEX_MODULES = {
    "duplex": ("provider", "cdi", "container-se"),
    "duplex-tomcat": ("provider", "cdi", "servlet"),
    "duplex-undertow": ("provider", "cdi", "servlet"),
    "duplex-jetty": ("provider", "cdi", "servlet"),
}

SERVER_CPU, LOAD_CPU = 0, 1
HEAP = "-Xmx2g"


def jdk_tool(name):
    return str(Path(JAVA_HOME) / "bin" / name) if JAVA_HOME else name


# ---- building


def build(modules):
    """Compiles the load generator and the servers into OUT, where a later build of the project does not touch them."""
    compile_c()
    for module in modules:
        if module != RAW:
            print("building", module)
            build_server(module)


def compile_c():
    (OUT / "bin").mkdir(parents=True, exist_ok=True)
    for program in ("wsload", "rawecho"):
        source = HERE / "load" / (program + ".c")
        flags = ["-O3", "-march=native", "-Wall", "-Wextra"]
        subprocess.check_call(["gcc", *flags, "-o", OUT / "bin" / program, source, "-lz"])


def build_server(module):
    folder, libraries, classes = HERE / "servers" / module, OUT / "lib" / module, OUT / "classes" / module
    for old in (libraries, classes):
        subprocess.check_call(["rm", "-rf", old])
    maven = [MAVEN, "-q", "-B", "-ntp"]
    copy = [DEPENDENCY_PLUGIN + ":copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={libraries}"]
    subprocess.check_call([*maven, "-f", folder / "pom.xml", *copy])
    classes.mkdir(parents=True)
    copy_duplex(DUPLEX_MODULES.get(module, ()), classes)
    sources = sorted(folder.glob("*.java"))
    if any(server.module == module and server.jakarta for server in SERVERS.values()):
        sources.append(HERE / "servers" / "Endpoints.java")
    compiler = [jdk_tool("javac"), "-proc:none", "-nowarn", "-d", classes, "-cp", f"{classes}:{libraries}/*"]
    subprocess.check_call([*compiler, *sources])


def copy_duplex(modules, classes):
    """Takes what the project's build has compiled."""
    for module in modules:
        compiled = PROJECT / module / "target" / "classes"
        if not compiled.is_dir():
            sys.exit(f"{module} is not compiled: run mvn process-classes at the top of the project first")
        subprocess.check_call(["cp", "-r", f"{compiled}/.", classes])
    (classes / "module-info.class").unlink(missing_ok=True)  # two modules in one folder: it is a class path


# ---- running


class Bench:
    """The processes of one run. What it started it stops, also when it is interrupted."""

    def __init__(self, pinned=True, jvm_options=()):
        self.pinned = pinned
        self.jvm_options = list(jvm_options)
        self.running = []
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: sys.exit(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for started in list(self.running):
            started.stop()

    def on_cpu(self, cpu, command):
        return ["taskset", "-c", str(cpu), *command] if self.pinned else command

    def command(self, server, port, cell=None):
        if server.module == RAW:
            return [str(OUT / "bin" / "rawecho"), str(port), str(cell.payload)]
        class_path = f"{OUT / 'classes' / server.module}:{OUT / 'lib' / server.module}/*"
        properties = [f"-D{each}" for each in (f"port={port}", *server.properties)]
        main_class = "".join(part.capitalize() for part in server.module.split("-")) + "Main"
        return [jdk_tool("java"), HEAP, *self.jvm_options, *properties, "-cp", class_path, main_class]

    def start(self, server, cell=None):
        """Starts a server and waits until it answers; None when it does not."""
        port = free_port()
        errors = open(OUT / f"{server.name}.err", "w")
        command = self.on_cpu(SERVER_CPU, self.command(server, port, cell))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        started = Running(self, server, process, port)
        self.running.append(started)
        if started.answers():
            return started
        print(f"# {server.name} did not start: see {errors.name}", file=sys.stderr)
        started.stop()
        return None

    def load_command(self, port, options):
        return self.on_cpu(LOAD_CPU, [str(OUT / "bin" / "wsload"), "--port", str(port), *map(str, options)])

    def load(self, port, options):
        """Runs the load generator to its end and returns what it says."""
        result = subprocess.run(self.load_command(port, options), capture_output=True, text=True, timeout=300)
        lines = result.stdout.splitlines()
        return json.loads(lines[-1]) if lines else {"errors": 1, "first_error": result.stderr.strip()}


class Running:
    """A server that was started."""

    def __init__(self, bench, server, process, port):
        self.bench, self.server, self.process, self.port = bench, server, process, port

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def answers(self):
        for _ in range(200):
            if not self.alive():
                return False
            if self.is_open():
                return True
            time.sleep(0.1)
        return False

    def is_open(self):
        if self.server.is_jvm:
            return self.bench.load(self.port, ["--mode", "idle", "--duration", 0]).get("open") == 1
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def load(self, cell, duration, warm_up=0.0, by_clock=False):
        options = [*cell_options(self.server, cell), "--duration", duration, "--warm-up", warm_up]
        options += ["--server-pid", self.pid]
        if not by_clock:
            options.append("--server-cpu")
        return self.bench.load(self.port, options)

    def stop(self):
        self.bench.running.remove(self)
        if self.alive():
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def heap_bytes(self):
        """What the heap holds after a collection."""
        for _ in range(2):
            self.jcmd("GC.run")
            time.sleep(0.3)
        used = 0
        for line in self.jcmd("GC.heap_info").splitlines():
            if "total" in line and "used" in line and "Metaspace" not in line:
                used += int(line.split("used ")[1].split("K")[0]) * 1024
        return used

    def jcmd(self, command):
        return subprocess.run([jdk_tool("jcmd"), str(self.pid), command], capture_output=True, text=True).stdout

    def rss_bytes(self):
        return self.status("VmRSS") * 1024

    def threads(self):
        """Those of the operating system."""
        return self.status("Threads")

    def status(self, name):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        return 0


def cell_options(server, cell):
    path = server.deflate_path if "--deflate" in cell.flags else cell.path
    options = ["--mode", cell.mode, "--path", path, "--connections", cell.connections]
    options += ["--in-flight", cell.in_flight, "--payload", cell.payload, *cell.flags]
    return options + (["--raw"] if server.module == RAW else [])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
