#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every hostile bundle against lppack and against a second implementation of the format.
here=$(dirname "$0")
for tool in python3 openssl zstd; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool"; exit 0; }
done
umask 022
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/run.py" "$@"
