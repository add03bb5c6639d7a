"""Produces a petition to `intake.<channel>`, where only the channel's own account may: a CloudEvent in binary mode, key: the petition's id.

The tracking code follows from channel and external id, the petition's id from the code: so a repeat is the same petition.
"""

import hmac
import json
import os
from datetime import datetime, timezone

from kafka import KafkaProducer

ALPHABET = "23456789ACDEFGHJKMNPRTVWXY"
SECRET = os.environ["CHANNEL_SECRET"].encode()


def tracking_code(channel, external_id):
    digest = hmac.digest(SECRET, f"code\0{channel}\0external:{external_id}".encode(), "sha256")
    number, letters, check = int.from_bytes(digest[:16], "big") % 26**11, "", 13
    for _ in range(11):
        number, rest = divmod(number, 26)
        letters += ALPHABET[rest]
    for letter in letters:  # ISO 7064 mod 27,26
        check = ((check or 26) * 2 % 27 + ALPHABET.index(letter)) % 26
    letters += ALPHABET[(1 - (check or 26) * 2 % 27) % 26]
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def petition_id(code):
    return hmac.digest(SECRET, f"petition\0{code}".encode(), "sha256").hex()[:26]


def connection():
    settings = {"bootstrap_servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"], "acks": "all"}
    if user := os.environ.get("KAFKA_USERNAME"):
        settings |= {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "SCRAM-SHA-512"}
        settings |= {"sasl_plain_username": user, "sasl_plain_password": os.environ["KAFKA_PASSWORD"]}
    return settings


channel, external_id, now = "sandbox", "example-kafka-python-1", datetime.now(timezone.utc).isoformat()
code = tracking_code(channel, external_id)
id_ = petition_id(code)
petition = {
    "petition_id": id_,
    "channel": channel,
    "external_id": external_id,
    "text": "Đèn đường hỏng trước số 12 phố Huế",
    "location": {"address": "12 phố Huế"},
    "submitted_at": now,
}
headers = {
    "ce_specversion": "1.0",
    "ce_id": f"{id_}-submitted",
    "ce_source": "example/kafka-python",
    "ce_type": "vn.hanoi.petition.submitted.v1",
    "ce_subject": id_,
    "ce_time": now,
    "content-type": "application/json",
}
producer = KafkaProducer(**connection())
value = json.dumps(petition).encode()
sent = producer.send(f"intake.{channel}", key=id_.encode(), value=value, headers=[(name, text.encode()) for name, text in headers.items()])
sent.get(timeout=30)  # only then Kafka has it
producer.close()
print(json.dumps({"petition_id": id_, "tracking_code": code}))
