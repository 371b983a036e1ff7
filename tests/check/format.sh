#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Changed lines stand as .clang-format has them: those of the working tree and of the commits since LPPACK_FORMAT_BASE,
# which is where the branch left origin's main, or the commit before the last one.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 99

[ "$(git rev-parse --show-toplevel 2> /dev/null)" = "$(pwd -P)" ] || skip_all "this is no git checkout"
for tool in clang-format git-clang-format; do
	command -v "$tool" > /dev/null || skip_all "there is no $tool"
done

base=${LPPACK_FORMAT_BASE:-$(git merge-base HEAD origin/main 2> /dev/null)}
[ -n "${LPPACK_FORMAT_BASE:-}" ] || [ "$base" != "$(git rev-parse HEAD)" ] || base=
[ -n "$base" ] || base=$(git rev-parse --quiet --verify HEAD~1) || skip_all "there is no commit to compare with"

git rev-parse --quiet --verify "$base^{commit}" > /dev/null || echo "$base is no commit" | ok "the base is known"
git clang-format --diff --quiet --extensions c,h "$base" -- include src tests 2>&1 |
	grep -vxE 'no modified files to format|clang-format did not modify any files' |
	ok "lines changed since $(git rev-parse --short "$base") are formatted"

done_testing
