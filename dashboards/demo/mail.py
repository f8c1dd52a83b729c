"""Mail of the demo company that came to no ticket by itself and waits for a person."""

from datetime import timedelta
from email.message import EmailMessage

from dashboards.demo.story import Story
from support.services.inbound_mail import receive_mail

_MAILS = (
    (
        ("Milo Brandt", "milo.brandt@customers.example"),
        "Charged twice in November",
        "Hello,\n\nour card was charged twice on the 3rd. All mail of our office goes through a list.\n",
        {"List-Id": "<office.customers.example>"},
        5,
    ),
    (
        ("Aiko Tanaka", "aiko.tanaka@customers.example"),
        "Out of office: Re: The calendar shows old slots",
        "I am back on Monday. Please write to office@customers.example until then.\n",
        {"Auto-Submitted": "auto-replied"},
        9,
    ),
    (
        ("Widgets Weekly", "news@letters.example"),
        "Ten widgets that you should know",
        "This week: a clock, a map, and eight more.\n",
        {"Precedence": "bulk"},
        26,
    ),
)
"""Name and address, subject, words, what keeps it aside, and how many hours ago it came."""


def add_mail(story: Story) -> None:
    """Take in a few mails that are kept aside."""
    for number, ((name, address), subject, words, fields, hours) in enumerate(_MAILS):
        mail = EmailMessage()
        mail["From"] = f"{name} <{address}>"
        mail["To"] = "support@fieldlight.example"
        mail["Subject"] = subject
        mail["Message-ID"] = f"<aside-{number}@customers.example>"
        for field, value in fields.items():
            mail[field] = value
        mail.set_content(words)
        receive_mail(raw=mail.as_bytes(), at=story.now - timedelta(hours=hours))
