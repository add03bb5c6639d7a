#!/bin/bash
# Starts the broker; the first time it makes its storage, with the accounts of brokers and operator in it, so that it is never open.
# Settings are the environment's KAFKA_*; passwords are files, and stand in no environment and on no command line, which others could read.
set -euo pipefail
umask 077
secrets=/run/secrets kafka=/opt/kafka settings=/run/kafka/server.properties arguments=/run/kafka/format

for name in "${!KAFKA_@}"; do
  setting=${name#KAFKA_} setting=${setting,,}
  [[ $name == KAFKA_HEAP_OPTS ]] || echo "${setting//_/.}=${!name}"
done | cat - "$secrets/kafka_security" > "$settings"

if [[ ! -e $KAFKA_LOG_DIRS/meta.properties ]]; then
  printf '%s\n' -cp "$kafka/libs/*" kafka.tools.StorageTool format --cluster-id "$CLUSTER_ID" --config "$settings" |
    cat - "$secrets/kafka_first_accounts" > "$arguments"
  java "@$arguments"
  rm "$arguments"
fi
exec "$kafka/bin/kafka-server-start.sh" "$settings"
