#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may include whom: a folder includes what stands to its left, never its siblings. tests/check/links.sh holds the
# same order against the symbols of the objects.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/rooms.sh"
cd "$top_srcdir" || exit 99

# "file:line:header" of every #include below the given folders.
includes()
{
	find "$@" -name '*.[ch]' -exec grep -nHE '^[[:space:]]*#[[:space:]]*include' {} + |
		sed -E 's/^([^:]*:[0-9]+:)[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]([^>"]*)[>"].*/\1\2/'
}

# beyond ALLOWED FOLDER: includes of other folders of src/, of the tests' or by a path that climbs.
beyond()
{
	includes "$2" | grep -E ":(${every_room// /|}|cli|support|fault|fuzz)/|:\." | grep -vE ":($1)/"
}

{ includes src include | grep -q ':base/error.h$' || echo "no #include found"; } | ok "the sources are read"

for room in $every_room; do
	[ -d "src/$room" ] || echo "src/$room"
done | ok "every room of tests/check/rooms.sh is there"
find src -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | grep -vxE "${every_room// /|}|cli|man|completion" |
	ok "every folder of src is a room"

for room in $every_room; do
	allowed=$(left_of "$room" | tr '\n' '|')
	beyond "$allowed$room" "src/$room" | ok "$room includes only what stands to its left"
done
beyond 'cli|shared' src/cli | ok "cli includes nothing of the library but <lppack/...>"
includes include | grep -vE ':(lppack/[a-z_]+\.h|stddef\.h|stdint\.h)$' |
	ok "the public headers include each other, stddef.h and stdint.h only"

# only_in NAME PATTERN FOLDER: headers that no other folder includes.
only_in()
{
	includes src include | grep -E ":($2)" | grep -v "^$3/" | ok "$1 only in $3"
}

only_in libarchive 'archive(_entry)?\.h' src/format
only_in zstd 'z(std|dict|std_errors)\.h' src/format
only_in libyaml 'yaml\.h' src/format
only_in libelf '(libelf|gelf|elfutils/.*|libelf/.*)(\.h)?' src/inspect
only_in OpenSSL 'openssl/' src/crypto
only_in libseccomp 'seccomp\.h' src/cell

# elf.h is of the C library: constants only.
includes src/cli | grep -E ':(sys/syscall|linux/.*)\.h' | ok "cli makes no system calls of its own"

for room in $every_room; do
	find "src/$room" -name '*.c' -exec \
		grep -nHE '\b(getenv|secure_getenv|printf|puts|putchar|perror|exit|abort)[[:space:]]*\(' {} +
done | ok "the library does not print, exit or read the environment"

done_testing
