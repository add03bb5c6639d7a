"""Hands in a petition, again and again until it is taken: the same external_id is the same petition."""

import json
import os
import time
import urllib.error
import urllib.request

PETITION = {
    "channel": "sandbox",
    "external_id": "example-python-1",
    "text": "Đèn đường hỏng trước số 12 phố Huế",
    "location": {"address": "12 phố Huế"},
}


def submit(petition):
    request = urllib.request.Request(
        f"{os.environ['PETITIONS_URL']}/v1/petitions",
        json.dumps(petition).encode(),
        {"X-API-Key": os.environ["PETITIONS_KEY"], "Content-Type": "application/json"},
    )
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 503):  # what is wrong stands in the body, with field and rule
                raise SystemExit(refusal.read().decode()) from None
            time.sleep(float(refusal.headers.get("Retry-After", 1)))


print(json.dumps(submit(PETITION)))
