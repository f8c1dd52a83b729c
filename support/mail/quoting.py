"""What is new in a message: the quoted mail and the signature left out. Rules of thumb, so the whole is kept too."""

import re

_LOOKED_BACK = 3
_QUOTED = re.compile(r"^\s{0,3}>")
_SAYS = re.compile(
    r"^\s{0,3}(on|am|le|el|il|op)\b.{0,300}(wrote|schrieb|écrit|escribió|scritto|schreef).{0,80}:\s{0,3}$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s{0,3}-{2,20}\s{0,3}(original message|ursprüngliche nachricht|message d'origine|forwarded message)\b",
    re.IGNORECASE,
)
_BLOCK_FROM = re.compile(r"^\s{0,3}\*?(from|von|de):\*?\s", re.IGNORECASE)
_BLOCK_NEXT = re.compile(
    r"^\s{0,3}\*?(sent|date|gesendet|datum|envoyé|enviado|to|an|subject|betreff):\*?\s", re.IGNORECASE
)


def trim_quotes(text: str) -> str:
    """The text above what it answers, without the signature; all of it where nothing would be left."""
    lines = text.split("\n")
    kept = lines[: _find_end(lines)]
    kept = _without_tail_of_quotes(kept)
    shown = "\n".join(_without_signature(kept)).strip()
    return shown or text.strip()


def _find_end(lines: list[str]) -> int:
    """Where a mail program began to repeat the mail that is answered."""
    rest_is_quoted = _rest_is_quoted(lines)
    for number, line in enumerate(lines):
        if _ORIGINAL.match(line) or _begins_block(lines, number):
            return number
        if line.rstrip().endswith(":") and rest_is_quoted[number + 1]:
            for first in range(number, max(number - _LOOKED_BACK, -1), -1):  # The line may have been wrapped.
                if _SAYS.match(" ".join(lines[first : number + 1])[:500]):
                    return first
    return len(lines)


def _rest_is_quoted(lines: list[str]) -> list[bool]:
    """For each line, whether it and all after it are quoted or empty, and one of them is quoted."""
    found, any_quoted = [False] * (len(lines) + 1), False
    for number in range(len(lines) - 1, -1, -1):
        is_quoted = _QUOTED.match(lines[number]) is not None
        if lines[number].strip() and not is_quoted:
            break
        any_quoted = any_quoted or is_quoted
        found[number] = any_quoted
    return found


def _begins_block(lines: list[str], number: int) -> bool:
    """Whether Outlook's block of From, Sent, To and Subject begins here."""
    if not _BLOCK_FROM.match(lines[number]):
        return False
    return sum(1 for line in lines[number + 1 : number + 6] if _BLOCK_NEXT.match(line)) > 1


def _without_tail_of_quotes(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or _QUOTED.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def _without_signature(lines: list[str]) -> list[str]:
    """The lines before the mark of RFC 3676, two dashes and a space."""
    for number, line in enumerate(lines):
        if line in {"-- ", "--"} and number:
            return lines[:number]
    return lines
