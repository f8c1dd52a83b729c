"""Who outside is mailed, and who has to be told by hand: recipients as they are written, one a line."""

from collections.abc import Mapping
from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

MAX_LINES = 200


def find_addresses(recipients: str) -> Mapping[str, str]:
    """The e-mail address in each line that has one, in lower case: `Ann <ann@example.com>` or the address alone."""
    found = {line: parseaddr(line)[1].lower() for line in recipients.splitlines() if line.strip()}
    return {line: address for line, address in found.items() if _is_address(address)}


def split_recipients(recipients: str, mailed: str) -> tuple[list[str], list[str]]:
    """The lines that are mailed, and those that are told by hand."""
    known = set(mailed.splitlines())
    lines = [line for line in recipients.splitlines() if line.strip()]
    return [line for line in lines if line in known], [line for line in lines if line not in known]


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
