#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# One version: configure.ac's is what the headers' macros say.
. "$(dirname "$0")/tap.sh"
make_scratch
header=$top_srcdir/include/lppack/version.h

# number NAME: of a macro.
number()
{
	sed -n "s/^#define LPPACK_VERSION_$1[[:space:]]*\([0-9]*\)$/\1/p" "$header"
}

sed -n 's/^AC_INIT(\[lppack\], \[\(.*\)\]).*/\1/p' "$top_srcdir/configure.ac" > "$scratch/wanted"
grep -vx '[0-9]*\.[0-9]*\.[0-9]*' "$scratch/wanted" | ok "configure.ac's version is three numbers"
echo "$(number MAJOR).$(number MINOR).$(number PATCH)" > "$scratch/numbers"
same "the numbers of version.h are configure.ac's" "$scratch/wanted" "$scratch/numbers"
sed -n 's/^#define LPPACK_VERSION[[:space:]]*"\(.*\)"$/\1/p' "$header" > "$scratch/text"
same "the text of version.h is configure.ac's" "$scratch/wanted" "$scratch/text"

# at_least MAJOR MINOR PATCH: what the macro says of the versions around this one.
cat > "$scratch/program.c" << 'END'
#include <lppack/version.h>
#define HAS(major, minor, patch) LPPACK_VERSION_AT_LEAST(major, minor, patch)
#if !HAS(0, 0, 0) || !HAS(LPPACK_VERSION_MAJOR, LPPACK_VERSION_MINOR, LPPACK_VERSION_PATCH)
#error "older"
#endif
#if HAS(LPPACK_VERSION_MAJOR + 1, 0, 0) || HAS(LPPACK_VERSION_MAJOR, LPPACK_VERSION_MINOR + 1, 0) || \
	HAS(LPPACK_VERSION_MAJOR, LPPACK_VERSION_MINOR, LPPACK_VERSION_PATCH + 1)
#error "newer"
#endif
#if LPPACK_VERSION_MINOR > 0 && !HAS(LPPACK_VERSION_MAJOR, LPPACK_VERSION_MINOR - 1, LPPACK_VERSION_PATCH + 1)
#error "an older minor version with a higher last number"
#endif
END
cc -fsyntax-only -I "$top_srcdir/include" "$scratch/program.c" 2>&1 | ok "LPPACK_VERSION_AT_LEAST() orders versions"
done_testing
