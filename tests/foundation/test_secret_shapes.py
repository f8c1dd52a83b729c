import pytest

from foundation.secret_shapes import looks_like_secret

SECRETS = {
    "github classic": "ghp_" + "a1B2" * 9,
    "github fine": "github_pat_" + "11ABCDEFG0" * 3,
    "slack bot": "xoxb-" + "123456789012-abc",
    "stripe": "sk_" + "live_" + "4eC39HqLyjWDarjtT1",
    "webhook": "whsec_" + "C2FVsBQIhrscChlQIMV",
    "aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "jwt": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.c2ln",
    "pem": "-----BEGIN RSA PRIVATE KEY-----",
    "bearer": "Authorization: Bearer " + "abcdef0123456789",
    "hexadecimal": "the token is " + "0123456789abcdef" * 2 + "01234567",
    "mixed word": "Zm9vYmFyQmF6" * 3 + "01",
}
PLAIN = {
    "fingerprint": "sha256:" + "0123456789abcdef" * 4,
    "sentence": "Master services agreement with Asana, signed 2025-01-31, number MSA-2025-0042",
    "address": "https://docs.example.com/contracts/2025/Master-Services-Agreement-Version-12-Final.pdf",
    "commit short": "rolled out with 8c1f3a9",
    "uuid": "8c1f3a9e-0000-4000-8000-0123456789ab",
    "slug": "asana-goals-and-portfolios-production-integration-2025",
}


@pytest.mark.parametrize("name", SECRETS)
def test_what_tokens_look_like_is_seen(name):
    assert looks_like_secret(SECRETS[name])


@pytest.mark.parametrize("name", PLAIN)
def test_what_people_write_is_not(name):
    assert not looks_like_secret(PLAIN[name])
