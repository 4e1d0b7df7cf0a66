#!/bin/sh
# mongod wants its key file to be its own and closed, which a mounted secret can't be.
set -eu
id mongodb >/dev/null 2>&1 || useradd --system --home /data/db mongodb
install -m 400 -o mongodb /run/secrets/mongo_keyfile /tmp/keyfile
MONGO_INITDB_ROOT_USERNAME=root
MONGO_INITDB_ROOT_PASSWORD=$(cat /run/secrets/mongo_root_password)
export MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD
# What a killed process left open would bar its documents for a minute; ours take a second or two.
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/keyfile --bind_ip_all \
    --setParameter transactionLifetimeLimitSeconds=10
