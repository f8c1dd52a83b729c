"""Signatures against the published example of Standard Webhooks, and against tampering."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from operations.channels.signing import SecretFormatError, SignatureError, sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(bytes(range(32))).decode()
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
PUBLISHED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def signed(secrets=SECRET):
    return sign(secrets=secrets, message_id=MESSAGE, at=AT, body=BODY)


def test_published_example():
    assert signed() == {"webhook-id": MESSAGE, "webhook-timestamp": "1614265330", "webhook-signature": PUBLISHED}


def test_both_secrets_sign_while_they_are_changed():
    headers = signed(f"{OTHER} {SECRET}")

    assert headers["webhook-signature"].split()[1] == PUBLISHED
    for secret in (SECRET, OTHER, f"{OTHER} {SECRET}"):
        verify(secrets=secret, headers=headers, body=BODY, at=AT)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_are_tolerated(seconds):
    verify(secrets=SECRET, headers=signed(), body=BODY, at=AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("change", "body", "at"),
    [
        ({}, BODY + b" ", AT),
        ({"webhook-id": "msg_2"}, BODY, AT),
        ({"webhook-timestamp": "1614265331"}, BODY, AT),
        ({"webhook-timestamp": "soon"}, BODY, AT),
        ({"webhook-timestamp": "9" * 400}, BODY, AT),
        ({"webhook-signature": "v1,AAAA"}, BODY, AT),
        ({"webhook-signature": "é"}, BODY, AT),
        ({"webhook-signature": PUBLISHED.replace("v1", "v2")}, BODY, AT),
        ({"webhook-signature": ""}, BODY, AT),
        ({"webhook-id": ""}, BODY, AT),
        ({}, BODY, AT + timedelta(seconds=301)),
        ({}, BODY, AT - timedelta(seconds=301)),
    ],
    ids=range(12),
)
def test_what_was_changed_or_kept_is_refused(change, body, at):
    with pytest.raises(SignatureError):
        verify(secrets=SECRET, headers={**signed(), **change}, body=body, at=at)


def test_another_secret_does_not_fit():
    with pytest.raises(SignatureError):
        verify(secrets=OTHER, headers=signed(), body=BODY, at=AT)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_!!!",
        SECRET.removeprefix("whsec_"),
        *("whsec_" + base64.b64encode(bytes(length)).decode() for length in (23, 65)),
    ],
    ids=range(6),
)
def test_secret_of_another_form_is_refused(secret):
    with pytest.raises(SecretFormatError):
        signed(secret)


@pytest.mark.parametrize("length", [24, 64])
def test_secret_at_the_bounds_signs(length):
    signed("whsec_" + base64.b64encode(bytes(length)).decode())
