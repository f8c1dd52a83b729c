"""Presentation attributes of every class, in the light scheme, for renderers that ignore page CSS on SVG."""

INK, MID, RULE, ACCENT, PAPER = "#1a1b1d", "#85888e", "#e4e1da", "#0f5499", "#fbfaf7"

LOOK = {
    "grid": f'fill="none" stroke="{RULE}"',
    "axis": 'fill="none" stroke="#bdb9b0"',
    "zero": 'fill="none" stroke="#64676d"',
    "band": 'fill="#efece5"',
    "centre": f'fill="none" stroke="{MID}"',
    "limit": f'fill="none" stroke="{MID}" stroke-dasharray="2 3"',
    "line": f'fill="none" stroke="{INK}" stroke-width="1.75"',
    "line-old": f'fill="none" stroke="{MID}" stroke-width="1.5"',
    "prior": f'fill="none" stroke="{MID}" stroke-dasharray="3 3"',
    "path": f'fill="none" stroke="{ACCENT}" stroke-width="1.5" stroke-dasharray="6 3"',
    "path-tick": f'fill="none" stroke="{ACCENT}" stroke-width="2"',
    "goal": f'fill="{PAPER}" stroke="{ACCENT}" stroke-width="1.5"',
    "fan": f'fill="{ACCENT}" fill-opacity=".13"',
    "proj": 'fill="none" stroke="#64676d" stroke-width="1.5" stroke-dasharray="1 4" stroke-linecap="round"',
    "pt": f'fill="{INK}"',
    "pt-old": f'fill="{MID}"',
    "pt-now": f'fill="{PAPER}" stroke="{INK}" stroke-width="1.75"',
    "pt-part": f'fill="{PAPER}" stroke="{MID}" stroke-dasharray="2 2"',
    "break": f'fill="none" stroke="{INK}"',
    "rebase": f'fill="none" stroke="{MID}"',
    "today": 'fill="none" stroke="#64676d"',
    "flag": f'fill="{PAPER}" stroke="#64676d"',
    "f-paper": f'fill="{PAPER}"',
    "f-quiet": 'fill="#cfcbc2"',
    "f-ink": f'fill="{INK}"',
    "f-mid": f'fill="{MID}"',
    "f-band": 'fill="#efece5"',
    "f-accent": f'fill="{ACCENT}"',
    "f-good": 'fill="#12855f"',
    "f-watch": 'fill="#c47f0a"',
    "f-bad": 'fill="#c8321f"',
    "f-ci": f'fill="{INK}" fill-opacity=".09"',
    "f-none": f'fill="{PAPER}" stroke="{MID}" stroke-dasharray="1.5 1.5"',
    "s-hatch": f'fill="none" stroke="{MID}" stroke-width="1.25"',
    "s-bad": 'fill="none" stroke="#c8321f" stroke-width="1.5"',
    "s-watch": 'fill="none" stroke="#c47f0a" stroke-width="1.5"',
}

TEXT_FILL = {
    "t-ink": INK,
    "t-big": INK,
    "t-path": ACCENT,
    "t-bad": "#ab2416",
    "t-good": "#0a6a4c",
    "t-watch": "#805000",
    "t-on": "#1a1506",
    "t-inv": PAPER,
}
PLAIN_TEXT = "#4c4f54"
