"""The words for an audience and a phase where nobody has written a template."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and body with {placeholders}."""

    subject: str
    body: str


_SUBJECTS = {
    "holding": "{severity}: {title}",
    "update": "Update on {reference}: {title}",
    "resolved": "Resolved: {title}",
    "review": "What we learnt from {reference}: {title}",
}
_OPENINGS = {
    "executives": "{reference}, {severity}, {state}. Affected: {integrations}.",
    "staff": "{reference} is {state} as {severity}. Affected: {integrations}.",
    "customers": "The connection to {integrations} is affected.",
    "partner": "We see trouble with {integrations}.",
}
_BODIES = {
    "holding": "It began {began}. We are looking into it.\n\n{summary}\n\nNext update: {next_update}.",
    "update": "It has lasted {lasted}.\n\n{summary}\n\nNext update: {next_update}.",
    "resolved": "It is over after {lasted}.\n\n{summary}",
    "review": "It began {began} and lasted {lasted}.\n\n{summary}",
}


def default_words(audience: str, phase: str) -> Words:
    """The words; KeyError for an audience or phase that there is none of."""
    return Words(_SUBJECTS[phase], f"{_OPENINGS[audience]}\n\n{_BODIES[phase]}")
