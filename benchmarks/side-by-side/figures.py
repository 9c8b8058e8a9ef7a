"""Figures as people read them."""

NOTHING = "–"


def thousands(figure):
    if figure is None:
        return NOTHING
    thousand = figure / 1000
    return f"{thousand:,.0f}" if thousand >= 100 else f"{thousand:,.1f}" if thousand >= 10 else f"{thousand:,.2f}"


def plain(figure):
    if figure is None:
        return NOTHING
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"
