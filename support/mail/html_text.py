"""HTML as plain text, in one pass over it: nothing in it is run, loaded or kept as markup.

The standard library's parser takes minutes for some hundred kilobytes of what never ends; this one looks for each end
once and takes what follows for text where there is none.
"""

import re
from html import unescape

LONGEST_HTML = 1_000_000
_UNSEEN = ("script", "style", "head", "title", "template", "noscript", "svg")
_BLOCKS = {*("p", "div", "br", "tr", "li", "ul", "ol", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "pre")}
_MARKUP = re.compile(r"<(?=/?[a-zA-Z]|[!?])")
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")
_LINK = re.compile(r"""\bhref\s{0,9}=\s{0,9}["']?(https?://[^\s"'<>]{1,500})""", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\f\u00a0]+")


def text_of_html(html: str) -> str:
    """What a reader would see, quotations marked by `>` and links followed by their address."""
    reader = _Reader(html[:LONGEST_HTML])
    reader.read()
    return reader.text()


class _Reader:
    def __init__(self, html: str) -> None:
        self._html = html
        self._lower = html.lower() if html.isascii() else re.sub("[A-Z]", lambda m: m[0].lower(), html)
        self._lines: list[tuple[int, list[str]]] = [(0, [])]
        self._depth = 0
        self._link = ""

    def read(self) -> None:
        """Go through the whole document."""
        at, end = 0, len(self._html)
        while at < end:
            found = _MARKUP.search(self._html, at)
            begin = found.start() if found else end
            self._say(self._html[at:begin])
            at = self._pass_markup(begin) if found else end

    def text(self) -> str:
        """The lines that were read."""
        lines = [("> " * depth + "".join(words).strip()).rstrip() for depth, words in self._lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _pass_markup(self, begin: int) -> int:
        """Take in the comment or tag that begins here; where the text goes on."""
        if self._html.startswith("<!--", begin):
            return self._after("-->", begin)
        name = _NAME.match(self._html, begin + 1)
        after = self._after(">", begin)
        return self._take_tag(name[1].lower(), self._html[begin:after][:3_000], after) if name else after

    def _take_tag(self, name: str, tag: str, after: int) -> int:
        is_end = tag.startswith("</")
        if name in _UNSEEN and not is_end:
            closing = self._lower.find(f"</{name}", after)
            return self._after(">", closing) if closing >= 0 else (after if name == "head" else len(self._html))
        if name == "blockquote":
            self._depth = max(0, min(self._depth + (-1 if is_end else 1), 20))
            self._break()
        elif name in _BLOCKS:
            self._break()
        elif name in {"td", "th"}:
            self._say(" ")
        elif name == "a":
            self._take_link(tag, is_end=is_end)
        return after

    def _take_link(self, tag: str, *, is_end: bool) -> None:
        """Remember where the link leads; at its end say so, where its words do not."""
        if not is_end:
            found = _LINK.search(tag)
            self._link = unescape(found[1]) if found else ""
            return
        if self._link and self._link.rstrip("/") not in "".join(self._lines[-1][1]):
            self._say(f" ({self._link})")
        self._link = ""

    def _after(self, mark: str, at: int) -> int:
        found = self._html.find(mark, at)
        return len(self._html) if found < 0 else found + len(mark)

    def _say(self, text: str) -> None:
        if text:
            self._lines[-1][1].append(_SPACES.sub(" ", _unescape(text)))

    def _break(self) -> None:
        if self._lines[-1][1] or self._lines[-1][0] != self._depth:
            self._lines.append((self._depth, []))


def _unescape(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # A number of thousands of digits.
        return text
