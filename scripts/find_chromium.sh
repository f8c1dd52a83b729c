#!/bin/sh
# Print the path of the Chromium that drives the browser tests; $CHROMIUM names one that is elsewhere.
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name"; then
        exit 0
    fi
done
echo "Chromium was not found. On Debian: apt-get install chromium; elsewhere name it: make test-browser CHROMIUM=/path" >&2
exit 1
