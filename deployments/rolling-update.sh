#!/bin/sh
# Replaces the containers of one service, one at a time, each only when all others are healthy:
#
#   deployments/rolling-update.sh api-gateway
#
# Build or pull the new image first. The others serve meanwhile; what the container runs is drained or handed back.
set -eu
service=${1:?name a service}
shift
[ $# -gt 0 ] || set -- -f "$(dirname "$0")/docker-compose.yml"
if docker compose version >/dev/null 2>&1; then engine='docker compose'; else engine=docker-compose; fi

# What is left of the arguments says which files make up the stack.
compose() { $engine "$@"; }
health() { docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$1"; }

all_healthy() {
  for id in $(compose "$@" ps -q "$service"); do
    case $(health "$id") in healthy | running) ;; *) return 1 ;; esac
  done
}

wait_for_all() {
  tries=0
  until all_healthy "$@"; do
    tries=$((tries + 1))
    [ "$tries" -le 120 ] || { echo "$service is not healthy" >&2; exit 1; }
    sleep 1
  done
}

wait_for_all "$@"
before=$(compose "$@" ps -q "$service")
count=$(echo "$before" | wc -l)
for id in $before; do
  docker stop -t 60 "$id" >/dev/null
  docker rm "$id" >/dev/null
  compose "$@" up -d --no-deps --no-build --no-recreate --scale "$service=$count" "$service"
  wait_for_all "$@"
done
echo "$service: $count replaced"
