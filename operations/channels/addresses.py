"""Which addresses and names of secrets an endpoint may have."""

from collections.abc import Iterator

from foundation.fetching.build import build_policy
from foundation.fetching.transport import BlockedTargetError
from foundation.fetching.urls import parse_target
from operations.channels.secrets import NAME, REFERENCE


def list_endpoint_problems(*, url: str, secret_name: str) -> Iterator[tuple[str, str]]:
    """Why messages could not be sent so: field and sentence, none when they can."""
    names = REFERENCE.findall(url)
    if any(not NAME.fullmatch(name) for name in names):
        yield "url", "A secret's name has capital letters, digits and underscores."
    host = url.partition("://")[2].partition("/")[0]
    if REFERENCE.search(host):
        yield "url", "The host must not be secret: whom we write to is for all to see."
    try:
        parse_target(REFERENCE.sub("secret", url), policy=build_policy())
    except BlockedTargetError:
        yield "url", "This address cannot be sent to: give a public http or https address."
    if secret_name and not NAME.fullmatch(secret_name):
        yield "secret_name", "A secret's name has capital letters, digits and underscores."
