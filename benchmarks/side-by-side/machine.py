"""What is known of the machine: figures mean little without it."""

import os
import platform
import subprocess
import time
from pathlib import Path

from processes import PROJECT, jdk_tool


def facts():
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "cpu": cpu_name(),
        "kernel": platform.release(),
        "jdk": jdk_version(),
        "revision": first_line(["git", "-C", str(PROJECT), "rev-parse", "--short", "HEAD"]),
        "load": round(os.getloadavg()[0], 1),
    }


def cpu_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def jdk_version():
    settings = subprocess.run([jdk_tool("java"), "-XshowSettings:properties", "-version"], capture_output=True, text=True)
    for line in settings.stderr.splitlines():
        if "java.vm.version" in line:
            return line.split("=", 1)[1].strip()
    return "unknown"


def first_line(command):
    result = subprocess.run(command, capture_output=True, text=True)
    return result.stdout.splitlines()[0] if result.stdout else "unknown"
