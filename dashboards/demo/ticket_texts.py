"""What customers of the demo company write about: category, team, share of tickets and subjects."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One category of tickets; `{app}` in a subject becomes an integration's name."""

    category: str
    team: str
    weight: int
    subjects: Sequence[str]


TOPICS = (
    Topic("Sync delay", "Integrations", 20, (
        "{app} data is an hour behind", "{app} stopped syncing", "{app} shows yesterday’s numbers",
        "New items from {app} arrive late", "{app} sync says done but nothing changed",
    )),
    Topic("Connection lost", "Integrations", 12, (
        "{app} asks me to connect again", "Cannot reconnect {app}", "{app} token expired for our whole team",
    )),
    Topic("Widget display", "Frontline", 16, (
        "{app} widget is blank", "Widget for {app} is cut off on my phone", "Wrong colours in the {app} widget",
        "Dashboard loads without the {app} widget",
    )),
    Topic("How-to", "Frontline", 14, (
        "How do I add a second {app} account?", "Can I share a dashboard with a client?",
        "How do I change the week start?", "Where do I find the export?",
    )),
    Topic("Sign-in", "Frontline", 9, (
        "Password reset mail does not arrive", "New colleague cannot sign in", "Single sign-on loops back",
    )),
    Topic("Billing", "Billing", 10, (
        "Charged twice this month", "Please change the invoice address", "Which plan includes {app}?",
        "Refund for unused seats",
    )),
    Topic("Booking", "Bookings and assets", 11, (
        "Shoot was cancelled at short notice", "Cannot book for next week", "Photographer did not arrive",
        "Wrong address on the booking",
    )),
    Topic("Asset delivery", "Bookings and assets", 8, (
        "Pictures are late", "Files delivered to the wrong folder", "Two pictures are missing", "Reshoot needed",
    )),
)  # fmt: skip
EASED, EASED_DAYS, EASED_SHARE = "Billing", 88, 0.45
"""Since a change that shipped so many days before the end, this share of a category's tickets is still written."""
CHANNELS = (("email", 52), ("portal", 26), ("chat", 17), ("phone", 5))
PRIORITIES = (("urgent", 4, 0.35), ("high", 16, 0.65), ("normal", 62, 1.0), ("low", 18, 1.5))
"""Name, share in per cent, and how much longer or shorter than usual a resolution takes."""
FIRST_REPLIES = (
    "Thank you for telling us. I am looking into it.",
    "Sorry for the trouble. Which browser do you use, and since when does it happen?",
    "I can see it on our side too and have passed it on.",
    "Good question. Here is how it works.",
)
CUSTOMER_WORDS = (
    "It still happens today.",
    "Here is a screenshot.",
    "That helped in part, but not for everyone on the team.",
    "Any news?",
)
SOLUTIONS = (
    "Fixed on our side and checked.",
    "Reconnected the account; new data arrives.",
    "Explained and confirmed by the customer.",
    "The partner solved it; we verified.",
)
REOPENING = "It is back again since this morning."
COMPANY_FIRST = (
    "North", "Harbour", "Cedar", "Bright", "Granite", "Willow", "Summit", "Copper", "River", "Lantern",
    "Orchard", "Silver", "Maple", "Atlas", "Meadow", "Falcon", "Juniper", "Beacon", "Cobalt", "Prairie",
)  # fmt: skip
COMPANY_SECOND = (
    "Studio", "Homes", "Foods", "Logistics", "Partners", "Media", "Health", "Design", "Travel", "Works",
    "Retail", "Energy", "Legal", "Schools", "Motors", "Events", "Labs", "Realty", "Fitness", "Supply",
)  # fmt: skip
SEGMENTS = (("startup", 50), ("mid-market", 35), ("enterprise", 15))
NEW_SEGMENTS = (("startup", 25), ("mid-market", 30), ("enterprise", 45))
"""Of customers who joined during the story: the company moves up the market."""
