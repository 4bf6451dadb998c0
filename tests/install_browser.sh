#!/bin/sh
# The browser and the fonts that browser tests need, from the system's packages where that is allowed.
set -u
if command -v chromium >/dev/null 2>&1 && fc-list 2>/dev/null | grep -qi 'cjk'; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null && exit 0
fi
echo "browser tests need chromium and a CJK font; install them with: sudo apt-get install chromium fonts-noto-cjk fontconfig" >&2
echo "they will be skipped, and say so" >&2
exit 0
