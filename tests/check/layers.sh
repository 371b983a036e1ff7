#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may include whom: cli -> include/lppack -> ops -> core | inspect | crypto | runtime -> base.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 99

# "file:line:header" of every #include below the given folders.
includes()
{
	find "$@" -name '*.[ch]' -exec grep -nHE '^[[:space:]]*#[[:space:]]*include' {} + |
		sed -E 's/^([^:]*:[0-9]+:)[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]*)[>"].*/\1\2/'
}

# Folders of src/ that a layer's includes name, besides those allowed.
beyond()
{
	local allowed=$1

	shift
	includes "$@" | grep -E ':(base|core|inspect|crypto|runtime|ops|cli)/|:\.' | grep -vE ":($allowed)/"
}

{ includes src include | grep -q ':base/error.h$' || echo "no #include found"; } | ok "the sources are read"

beyond cli src/cli | ok "cli includes nothing of the library but <lppack/...>"
beyond 'base|core|inspect|crypto|runtime|ops' src/ops | ok "ops does not include cli"
for layer in core inspect crypto runtime; do
	beyond "base|$layer" src/$layer | ok "$layer includes base and itself only"
done
beyond base src/base | ok "base includes itself only"
includes include | grep -vE ':(lppack/[a-z]+\.h|stddef\.h|stdint\.h)$' | ok "the public headers include each other, stddef.h and stdint.h only"

# only_in NAME PATTERN FOLDER: headers that no other folder includes.
only_in()
{
	includes src include | grep -E ":($2)" | grep -v "^$3/" | ok "$1 only in $3"
}

only_in libarchive 'archive(_entry)?\.h' src/core
only_in zstd 'z(std|dict|std_errors)\.h' src/core
only_in libyaml 'yaml\.h' src/core
only_in libelf '(libelf|gelf|elfutils/.*|libelf/.*)(\.h)?' src/inspect
only_in OpenSSL 'openssl/' src/crypto

# elf.h is of the C library: constants only.
includes src/cli | grep -E ':(sys/syscall|linux/.*)\.h' | ok "cli makes no system calls of its own"

find src/base src/core src/inspect src/crypto src/runtime src/ops -name '*.c' -exec \
	grep -nHE '\b(getenv|secure_getenv|printf|puts|putchar|perror|exit|abort)[[:space:]]*\(' {} + |
	ok "the library does not print, exit or read the environment"

done_testing
