# How a shop in Python verifies a webhook. pip install standardwebhooks
from standardwebhooks import Webhook


def verify(secret: str, headers: dict, body: bytes) -> dict:
    """The event, if it was signed with your secret (whsec_…) within the last five minutes; otherwise
    WebhookVerificationError. `body` is what arrived, byte for byte: verify first, parse then."""
    return Webhook(secret).verify(body, headers)
