#!/bin/sh
# Sends a message with curl, streams the reply, and reads it again as it was stored.
set -eu

url=${LLMQ_URL:-http://localhost:8080}
key=${LLMQ_KEY:-}
# As JSON has it.
text=$(printf %s "${1:-Hello!}" | sed 's/[\\"]/\\&/g')

call() {
  curl -sS --fail-with-body ${key:+-H "authorization: Bearer $key"} "$@"
}

# Sent again with the same key, the message is there once.
answer=$(call "$url/api/v1/messages" -H 'content-type: application/json' \
  -H "idempotency-key: example-$$-$(date +%s)" --retry 3 \
  -d "{\"user_id\": \"example\", \"content\": \"$text\", \"priority\": \"high\"}")
id=$(printf %s "$answer" | sed 's/^{"id":"\([^"]*\)".*/\1/')
echo "sent $id" >&2

# To the event `end`; --retry and the header last-event-id would go on after a break.
call -N "$url/api/v1/messages/$id/stream"

call "$url/api/v1/messages/$id"
echo
