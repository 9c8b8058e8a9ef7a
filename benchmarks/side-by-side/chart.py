"""Draws the figures as an SVG: a group of bars for each cell, each bar a server."""

from xml.sax.saxutils import escape

from catalogue import CELLS, SERVERS
from figures import thousands

WIDTH = 900
LABELS, FIGURES = 190, 120  # room left and right of the bars
BAR, GAP, HEADING = 15, 4, 34
MARGIN = 16

SHOWN_CELLS = ("return-deep", "echo-deep", "echo", "16k", "1m", "broadcast", "handshakes", "deflate")
SHOWN_SERVERS = ("duplex", "tomcat", "jetty", "undertow", "tyrus", "netty")
# By a class, so that the bars can be seen on a light and on a dark page
STYLE = """
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .heading { font-weight: 600 }
  .small { fill: #59636e }
  .own { fill: #0b6bcb }
  .jakarta { fill: #9aa4af }
  .other { fill: #d1d7dd }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .own { fill: #58a6ff }
    .jakarta { fill: #656c76 }
    .other { fill: #3d444d }
  }
"""


def draw(found):
    """Each cell has its own scale: what is compared is servers, not cells."""
    parts = []
    y = MARGIN
    for cell in SHOWN_CELLS:
        figures = [(name, found.median(cell, name)) for name in SHOWN_SERVERS]
        figures = [(name, figure) for name, figure in figures if figure]
        if not figures:
            continue
        y += HEADING - BAR
        parts.append(text(MARGIN, y, CELLS[cell].title, "heading"))
        y += BAR - 6
        largest = max(figure for _, figure in figures)
        for name, figure in figures:
            parts.append(bar(y, name, figure, largest))
            y += BAR + GAP
        y += 4
    legend = "thousand messages (handshakes: connections) per CPU second of the server; each group has its own scale"
    parts.append(text(MARGIN, y + 14, legend, "small"))
    height = y + 28
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img">'
    title = "<title>Messages per CPU second of the server, Duplex beside other servers</title>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", *parts, "</svg>", ""])


def bar(y, name, figure, largest):
    server = SERVERS[name]
    kind = "own" if server.is_duplex else "jakarta" if server.jakarta else "other"
    length = max(1, round((WIDTH - LABELS - FIGURES - 2 * MARGIN) * figure / largest))
    left = MARGIN + LABELS
    shape = f'<rect class="{kind}" x="{left}" y="{y}" width="{length}" height="{BAR}" rx="2"/>'
    baseline = y + BAR - 3
    label = text(left - 8, baseline, server.label, "small" if kind != "own" else "", "end")
    value = text(left + length + 6, baseline, thousands(figure))
    return "\n".join((label, shape, value))


def text(x, y, content, kind="", anchor="start"):
    css = f' class="{kind}"' if kind else ""
    return f'<text{css} x="{x}" y="{y}" text-anchor="{anchor}">{escape(content)}</text>'
