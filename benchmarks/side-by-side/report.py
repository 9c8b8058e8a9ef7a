"""Makes tables and a chart of what was recorded."""

import json
import statistics
from collections import defaultdict

import chart
from catalogue import CELLS, RAW, SERVERS
from figures import NOTHING, plain, thousands
from processes import PROJECT

PAGE = PROJECT / "docs" / "performance.md"
CHART = PROJECT / "docs" / "performance.svg"
BEGIN, END = "<!-- results: written by bench.py publish -->", "<!-- end of results -->"


class Found:
    """Every window's figure, by cell and server; other findings by kind and server; the machines."""

    def __init__(self):
        self.machines = []
        self.cells = defaultdict(list)
        self.others = defaultdict(list)

    def median(self, cell, server):
        figures = self.cells.get((cell, server))
        return statistics.median(figures) if figures else None

    def other(self, kind, server, key):
        figures = [each[key] for each in self.others[kind, server] if key in each]
        return statistics.median(figures) if figures else None

    def servers(self, cells):
        return [name for name in SERVERS if any(self.cells.get((cell, name)) for cell in cells)]

    def measured_cells(self):
        return [name for name in CELLS if any(cell == name for cell, _ in self.cells)]


def read(files, skip, min_share):
    found = Found()
    for file in files:
        for line in open(file):
            result = json.loads(line)
            kind = result.pop("kind")
            if kind == "machine":
                found.machines.append(result)
            elif kind == "cell":
                add_window(found, result, skip, min_share)
            elif "server" in result:
                found.others[kind, result["server"]].append(result)
    return found


def add_window(found, result, skip, min_share):
    if "--deflate" in CELLS[result["cell"]].flags and not result.get("extension"):
        return  # it did not compress: another load
    cost = result.get("server_us_per_message")
    if cost and result["round"] > skip and result["server_cpu_share"] >= min_share:
        found.cells[result["cell"], result["server"]].append(1e6 / cost)


# ---- tables


def tables(found, with_spread=True):
    parts = [machine_table(found), cell_table(found), spread_table(found) if with_spread else "", memory_table(found)]
    return "\n\n".join(part for part in parts if part)


def machine_table(found):
    lines = []
    for facts in found.machines:
        line = "Measured on {date}: JDK {jdk}, {cores} cores of {cpu}, Linux {kernel}, revision {revision}.".format(**facts)
        if line not in lines:
            lines.append(line)
    return "\n".join(lines)


def cell_table(found):
    cells = found.measured_cells()
    if not cells:
        return ""
    rows = [["server", *(CELLS[cell].title for cell in cells)]]
    for server in found.servers(cells):
        row = [SERVERS[server].label]
        for cell in cells:
            figure = found.median(cell, server)
            text = thousands(figure)
            row.append(f"**{text}**" if figure and figure == best_peer(found, cell) else text)
        rows.append(row)
    rows.append(ratio_row(found, cells, "Duplex to the best Jakarta peer", best_peer))
    rows.append(ratio_row(found, cells, "Duplex to Netty", lambda found, cell: found.median(cell, "netty")))
    return markdown(rows)


def best_peer(found, cell):
    """The best figure of another implementation of Jakarta WebSocket."""
    peers = [found.median(cell, name) for name, server in SERVERS.items() if server.jakarta and not server.is_duplex]
    return max((figure for figure in peers if figure), default=None)


def ratio_row(found, cells, label, other):
    row = [label]
    for cell in cells:
        own, others = found.median(cell, "duplex"), other(found, cell)
        row.append(f"{own / others:.2f}" if own and others else NOTHING)
    return row


def spread_table(found):
    """How far apart the windows were: what the medians are worth."""
    cells = found.measured_cells()
    rows = [["lowest … highest", *(CELLS[cell].title for cell in cells)]]
    for server in found.servers(cells):
        row = [SERVERS[server].label]
        for cell in cells:
            figures = found.cells.get((cell, server))
            row.append(f"{thousands(min(figures))} … {thousands(max(figures))}" if figures else NOTHING)
        rows.append(row)
    return markdown(rows) if cells else ""


def memory_table(found):
    columns = (
        ("idle", "heap_bytes_each", "heap, bytes per idle connection"),
        ("idle", "rss_bytes_each", "memory, bytes per idle connection"),
        ("idle", "threads", "threads with idle connections"),
        ("startup", "cpu_seconds", "CPU seconds to the first handshake"),
        ("class-path", "bytes", "bytes of jars beside its own classes"),
    )
    used = [column for column in columns if any(found.others.get((column[0], name)) for name in SERVERS)]
    if not used:
        return ""
    rows = [["server", *(title for _, _, title in used)]]
    for name, server in SERVERS.items():
        figures = [found.other(kind, name, key) for kind, key, _ in used]
        if server.module != RAW and any(figure is not None for figure in figures):
            rows.append([server.label, *(plain(figure) for figure in figures)])
    return markdown(rows)


def markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---" * len(rows[0]) + "|")
    return "\n".join(lines)


# ---- the page


def publish(found):
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{tables(found, with_spread=False)}\n\n{END}{after}")
    CHART.write_text(chart.draw(found))
    print("written:", PAGE.relative_to(PROJECT), CHART.relative_to(PROJECT))
