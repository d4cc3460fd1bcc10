#!/bin/sh
# Writes the lock files anew from the .in files: hashes for every platform, no host names, no machine paths.
set -eu
cd "$(dirname "$0")"
for layer in ${*:-base office test spark web bench dev}; do
  CUSTOM_COMPILE_COMMAND="requirements/compile.sh" pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file "$layer.txt" "$layer.in"
done
