#!/usr/bin/env bash
# Hands in a petition. A repeat with the same Idempotency-Key is the same petition: on a 429 or 503 wait Retry-After seconds and send it again.
set -euo pipefail
curl --silent --show-error --fail-with-body --retry 5 "$PETITIONS_URL/v1/petitions" \
    --header "X-API-Key: $PETITIONS_KEY" \
    --header "Idempotency-Key: example-curl-1" \
    --header "Content-Type: application/json" \
    --data '{"channel": "sandbox", "text": "Đèn đường hỏng trước số 12 phố Huế", "location": {"address": "12 phố Huế"}}'
