#!/bin/sh
# The PostgreSQL server that the tests of its adapter start, from the system's packages where that is allowed.
set -u
if ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null && exit 0
fi
echo "tests of the PostgreSQL adapter need its server; install it with: sudo apt-get install postgresql" >&2
echo "they will be skipped, and say so" >&2
exit 0
