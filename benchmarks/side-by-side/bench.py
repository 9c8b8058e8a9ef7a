#!/usr/bin/env python3
"""Runs servers side by side under the same loads.

  bench.py build   [-s SERVERS]               compile the load generator and the servers
  bench.py run     [-s SERVERS] [-c CELLS]    figures of each cell, the servers taking turns
  bench.py idle    [-s SERVERS] [-n 10000]    memory per idle connection
  bench.py startup [-s SERVERS]               from the start of the process to the first handshake
  bench.py calls   [-s SERVERS] [-c CELLS]    system calls per message
  bench.py report  [FILE...]                  tables of what was recorded
  bench.py publish [FILE...]                  the same into docs/performance.md, and its chart

SERVERS and CELLS are names from catalogue.py with commas between. JAVA_HOME says which JDK. The results are JSON, a line
each, in the folder BENCH_OUT/results (benchmarks/target/side-by-side/results).
"""

import argparse
import json
import signal
import subprocess
import sys
import time

import machine
import report
from catalogue import CELLS, RAW, RAW_CELLS, SERVERS, WARM_UP, WARM_UP_IF_MEASURED
from processes import OUT, Bench, build, free_port

PEERS = "duplex,duplex-peer,tomcat,jetty,undertow,tyrus,netty"
USUAL_CELLS = "echo,echo-deep,return,return-deep,16k,1m,broadcast,handshakes"

CALLS = "read write recvfrom sendto recvmsg sendmsg readv writev epoll_wait epoll_pwait epoll_ctl futex".split()


class Results:
    """The file that results are added to."""

    def __init__(self, name):
        folder = OUT / "results"
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / (name or time.strftime("%Y-%m-%d-%H%M%S.jsonl"))
        if not self.path.exists():
            self.add(kind="machine", **machine.facts())

    def add(self, **result):
        with open(self.path, "a") as file:
            file.write(json.dumps(result) + "\n")
        return result


# ---- messages per CPU second


def run(options, results):
    """All servers stay up, each is warmed up once, and then short windows take turns: server after server, cell after cell,
    round after round. So whatever else the machine does falls on all of them alike."""
    with Bench(not options.unpinned, options.jvm) as bench:
        up = start_all(bench, options)
        for round_number in range(1, options.rounds + 1):
            for cell in options.cells:
                for server in options.servers:
                    started = up.get((server.name, cell.name))
                    if started is not None:
                        up[server.name, cell.name] = measure(bench, options, results, started, cell, round_number)


def start_all(bench, options):
    up = {}
    for server in options.servers:
        if server.module == RAW:  # it is told the payload when it starts
            for cell in options.cells:
                if cell.name in RAW_CELLS:
                    up[server.name, cell.name] = bench.start(server, cell)
            continue
        started = bench.start(server)
        if started is None:
            continue
        warm_up(started, options)
        for cell in options.cells:
            up[server.name, cell.name] = started
        print("# warmed up:", server.name, flush=True)
    return up


def warm_up(started, options):
    measured = {cell.name for cell in options.cells}
    parts = WARM_UP + tuple(part for part in WARM_UP_IF_MEASURED if part[0] in measured)
    for name, part in parts:
        started.load(CELLS[name], options.warm_up * part, by_clock=options.clock)


def measure(bench, options, results, started, cell, round_number):
    server = started.server
    if not started.alive():
        results.add(kind="died", server=server.name, cell=cell.name, exit=started.process.poll())
        print(f"# {server.name} has died; started again, cold", flush=True)
        started = bench.start(server, cell)
    if started is None:
        return None
    found = started.load(cell, options.duration, options.duration / 4, options.clock)
    results.add(kind="cell", server=server.name, cell=cell.name, round=round_number, by_clock=options.clock, **found)
    per_cpu_second = 1e6 / found["server_us_per_message"] if found.get("server_us_per_message") else 0
    trouble = f"  {found['errors']} errors: {found['first_error']}" if found["errors"] else ""
    print(f"{round_number} {cell.name:12} {server.name:16} {per_cpu_second:11,.0f} {cell.unit}/CPU s{trouble}", flush=True)
    return started


# ---- memory


def idle(options, results):
    with Bench(pinned=False, jvm_options=options.jvm) as bench:
        for _ in range(options.rounds):
            for server in options.servers:
                started = bench.start(server)
                if started is not None:
                    print(json.dumps(results.add(kind="idle", server=server.name, **hold(bench, started, options.number))))
                    started.stop()


def hold(bench, started, number):
    """Opens connections, echoes a message on each, and looks at the memory while they are idle."""
    bench.load(started.port, ["--mode", "idle", "--connections", 500, "--duration", 0.5, "--touch", 4])
    time.sleep(1.5)
    heap_before, rss_before = started.heap_bytes(), started.rss_bytes()
    options = ["--mode", "idle", "--connections", number, "--duration", 8, "--touch", 1]
    load = subprocess.Popen(bench.load_command(started.port, options), stdout=subprocess.PIPE, text=True)
    opened = json.loads(load.stdout.readline() or '{"open": 0}')
    time.sleep(1)
    rss, threads = started.rss_bytes(), started.threads()
    heap = started.heap_bytes()
    at_end = json.loads(load.stdout.read() or '{"open": 0}')
    load.wait()
    each = max(opened["open"], 1)
    return {
        "connections": opened["open"],
        "heap_bytes_each": round((heap - heap_before) / each),
        "rss_bytes_each": round((rss - rss_before) / each),
        "threads": threads,
        "still_open": at_end["open"],
        "echoed_at_end": at_end.get("echoed"),
    }


# ---- start


def startup(options, results):
    with Bench(not options.unpinned, options.jvm) as bench:
        for _ in range(options.rounds):
            for server in options.servers:
                port = free_port()
                command = ["--mode", "startup", "--", *bench.command(server, port)]
                print(json.dumps(results.add(kind="startup", server=server.name, **bench.load(port, command))), flush=True)
        for server in options.servers:
            jars = list((OUT / "lib" / server.module).glob("*.jar"))
            size = sum(jar.stat().st_size for jar in jars)
            results.add(kind="class-path", server=server.name, jars=len(jars), bytes=size)


# ---- system calls


def calls(options, results):
    """System calls per message, counted by perf: hardly touched by what else the machine does."""
    with Bench(not options.unpinned, options.jvm) as bench:
        for server in options.servers:
            started = bench.start(server, options.cells[0])
            if started is None:
                continue
            for cell in options.cells:
                started.load(cell, options.warm_up / 2)
            for cell in options.cells:
                result = results.add(kind="calls", server=server.name, cell=cell.name, **count_calls(started, cell, options))
                print(json.dumps(result), flush=True)
            started.stop()


def count_calls(started, cell, options):
    events = ["-e", "raw_syscalls:sys_enter"]
    for call in CALLS:
        events += ["-e", "syscalls:sys_enter_" + call]
    perf = subprocess.Popen(["perf", "stat", "-x", ",", "-p", str(started.pid), *events], stderr=subprocess.PIPE, text=True)
    time.sleep(0.5)  # perf says nothing when it has begun to count
    messages = started.load(cell, options.duration)["total"]
    perf.send_signal(signal.SIGINT)  # it then prints what it has
    counts = {}
    for line in perf.communicate()[1].splitlines():
        fields = line.split(",")
        if len(fields) > 2 and fields[0].isdigit():
            name = fields[2].replace("syscalls:sys_enter_", "").replace("raw_syscalls:sys_enter", "all")
            counts[name] = round(int(fields[0]) / max(messages, 1), 3)
    return {name: count for name, count in counts.items() if count > 0.004}


# ---- the command line


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("build", "run", "idle", "startup", "calls", "report", "publish"))
    parser.add_argument("files", nargs="*", help="results, for report and publish; default: all there are")
    parser.add_argument("-s", "--servers", default=PEERS)
    parser.add_argument("-c", "--cells", default=USUAL_CELLS)
    parser.add_argument("-r", "--rounds", type=int, default=5)
    parser.add_argument("-d", "--duration", type=float, default=0.5, help="seconds of a window")
    parser.add_argument("-w", "--warm-up", type=float, default=15, help="seconds of each server's warm-up")
    parser.add_argument("-n", "--number", type=int, default=10_000, help="connections, for idle")
    parser.add_argument("-o", "--output", help="name of the file of results")
    parser.add_argument("--clock", action="store_true", help="seconds are the clock's, not the server's CPU's")
    parser.add_argument("--unpinned", action="store_true", help="servers and load run on any core")
    parser.add_argument("--jvm", action="append", default=[], help="an option of every server's JVM, as --jvm=-XX:+UseZGC")
    parser.add_argument("--skip", type=int, default=1, help="rounds that report and publish leave out, for warming up")
    parser.add_argument("--min-share", type=float, default=0, help="leave out windows in which the server had less of its core")
    options = parser.parse_intermixed_args()
    options.servers = named("server", SERVERS, options.servers)
    options.cells = named("cell", CELLS, options.cells)
    return options


def named(kind, known, names):
    for name in names.split(","):
        if name not in known:
            sys.exit(f"there is no {kind} {name}; there are {', '.join(known)}")
    return [known[name] for name in names.split(",")]


def main():
    options = parse_arguments()
    if options.command == "build":
        build(dict.fromkeys(server.module for server in options.servers))
    elif options.command in ("report", "publish"):
        files = options.files or sorted((OUT / "results").glob("*.jsonl"))
        found = report.read(files, options.skip, options.min_share)
        if options.command == "report":
            print(report.tables(found))
        else:
            report.publish(found)
    else:
        {"run": run, "idle": idle, "startup": startup, "calls": calls}[options.command](options, Results(options.output))


if __name__ == "__main__":
    main()
