#!/bin/sh
# What the image of PostgreSQL does at its first start, as far as compose.yaml relies on it; any other program just runs.
set -eu
[ "$1" = postgres ] || exec "$@"

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # shellcheck disable=SC2086  # they are several words
    initdb --username=postgres --pwfile="$POSTGRES_PASSWORD_FILE" ${POSTGRES_INITDB_ARGS:-} -D "$PGDATA" >/dev/null
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start >/dev/null
    for script in /docker-entrypoint-initdb.d/*.sql; do
        psql --set=ON_ERROR_STOP=1 --username=postgres --no-psqlrc --quiet --file="$script"
    done
    pg_ctl -D "$PGDATA" -m fast -w stop >/dev/null
fi
exec postgres -D "$PGDATA" -c 'listen_addresses=*'
