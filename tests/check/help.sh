#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# One set of verbs and options in the program, its --help, its man pages and its completions.
. "$(dirname "$0")/tap.sh"
make_scratch
lppack=$top_builddir/lppack
man=$top_srcdir/src/man
completion=$top_srcdir/src/completion

"$lppack" help --dump-options > "$scratch/dump" || { echo "Bail out! lppack help --dump-options fails"; exit 1; }
awk -F '\t' '$1 == "verb" { print $2 }' "$scratch/dump" | sort > "$scratch/verbs"
{ grep -qx apply "$scratch/verbs" || cat "$scratch/dump"; } | ok "the dump is understood"

# Words that look like options, one a line, sorted.
options_in()
{
	grep -oE -- "$1" | grep -oE -- '--?[A-Za-z][a-z-]*' | sort -u
}

# The long and short options of a verb ("-" for lppack itself), sorted.
dumped()
{
	awk -F '\t' -v verb="$1" '$1 == "option" && $2 == verb { print $3; if ($4 != "-") print $4 }' "$scratch/dump" | sort -u
}

# Those with an argument and what completes it: "--output file".
dumped_arguments()
{
	awk -F '\t' -v verb="$1" '$1 == "option" && $2 == verb && $6 != "none" { print $3, $6; if ($4 != "-") print $4, $6 }' \
		"$scratch/dump" | sort -u
}

# The lines of the OPTIONS section of a man page that begin an option.
man_options()
{
	sed -n '/^# OPTIONS/,/^# [A-NP-Z]/p' "$1" | grep '^\*-' | options_in '\*--?[A-Za-z][a-z-]*\*'
}

# The left column of what --help prints.
help_options()
{
	sed -n '/^Options:/,/^$/p' | grep '^  ' | cut -c1-30 | grep -oE -- '(^|[ ,])--?[A-Za-z][a-z-]*' | options_in '-.*'
}

bash_options()
{
	bash -c '. "$1"; COMP_WORDS=(lppack $2 -); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _lppack; printf "%s\n" "${COMPREPLY[@]}"' \
		- "$completion/lppack.bash" "$1" | sort -u
}

zsh_section()
{
	sed -n "/^	$1)/,/^		;;/p" "$completion/_lppack"
}

# '(-o --output)'{-o,--output=}'[...]:file:_files', '--json[...]', '*--key=[...]:...': only what is before the bracket,
# and not the list of what excludes it.
zsh_options()
{
	sed -E "s/\[.*//; s/\([^)]*\)//" | grep -E -- "['{]\*?-|\{-" | options_in '--?[A-Za-z][a-z-]*'
}

fish_lines()
{
	grep -- "-n '__fish_seen_subcommand_from $1'" "$completion/lppack.fish"
}

fish_options()
{
	sed "s/ -d '.*//" | grep -oE -- ' -(s|l) [A-Za-z][a-z-]*' | sed 's/ -s /-/; s/ -l /--/' | sort -u
}

# "--output file" for every option whose argument bash completes.
bash_arguments()
{
	local option kind

	dumped "$1" | while read -r option; do
		kind=$(bash -c '. "$1"; _lppack_argument "$2" "$3"' - "$completion/lppack.bash" "$1" "$option")
		[ -z "$kind" ] || echo "$option $kind"
	done | sort -u
}

# The same of zsh: ":...:_files -/" is dir, ":...:_files" file, ":...:" word.
zsh_arguments()
{
	zsh_section "$1" | while IFS= read -r line; do
		case $line in
		*"]:"*"_files -/'"*) kind=dir ;;
		*"]:"*"_files'"*) kind="file" ;;
		*"]:"*) kind=word ;;
		*) continue ;;
		esac
		printf '%s\n' "$line" | zsh_options | sed "s/\$/ $kind/"
	done | sort -u
}

fish_arguments()
{
	fish_lines "$1" | while IFS= read -r line; do
		case $line in
		*__fish_complete_directories*) kind=dir ;;
		*' -r -F '*) kind="file" ;;
		*' -x '*) kind=word ;;
		*) continue ;;
		esac
		printf '%s\n' "$line" | fish_options | sed "s/\$/ $kind/"
	done | sort -u
}

while read -r verb; do
	page=$man/lppack-$verb.1.scd
	dumped "$verb" > "$scratch/wanted"
	dumped_arguments "$verb" > "$scratch/arguments"

	"$lppack" "$verb" --help | help_options > "$scratch/got"
	same "$verb: --help" "$scratch/wanted" "$scratch/got"
	if [ "$verb" != help ]; then
		man_options "$page" > "$scratch/got"
		same "$verb: man page" "$scratch/wanted" "$scratch/got"
		{ grep -qE '^# (NAME|SYNOPSIS|DESCRIPTION|OPTIONS|EXIT STATUS|FILES|EXAMPLES|SEE ALSO)$' "$page" || echo "$page"
		  for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' FILES EXAMPLES 'SEE ALSO'; do
			grep -qx "# $section" "$page" || echo "no section $section"
		  done
		  grep -qx -- --json "$scratch/wanted" && ! grep -qx '# JSON' "$page" && echo "no section JSON"
		} | ok "$verb: the man page is complete"
	fi
	bash_options "$verb" > "$scratch/got"
	same "$verb: bash completion" "$scratch/wanted" "$scratch/got"
	bash_arguments "$verb" > "$scratch/got"
	same "$verb: bash completion of arguments" "$scratch/arguments" "$scratch/got"
	zsh_section "$verb" | zsh_options > "$scratch/got"
	same "$verb: zsh completion" "$scratch/wanted" "$scratch/got"
	zsh_arguments "$verb" > "$scratch/got"
	same "$verb: zsh completion of arguments" "$scratch/arguments" "$scratch/got"
	fish_lines "$verb" | fish_options > "$scratch/got"
	same "$verb: fish completion" "$scratch/wanted" "$scratch/got"
	fish_arguments "$verb" > "$scratch/got"
	same "$verb: fish completion of arguments" "$scratch/arguments" "$scratch/got"
done < "$scratch/verbs"

dumped - > "$scratch/wanted"
"$lppack" --help | help_options > "$scratch/got"
same "lppack: --help" "$scratch/wanted" "$scratch/got"
man_options "$man/lppack.1.scd" > "$scratch/got"
same "lppack: man page" "$scratch/wanted" "$scratch/got"
bash_options "" > "$scratch/got"
same "lppack: bash completion" "$scratch/wanted" "$scratch/got"
sed -n '/^_lppack()/,$p' "$completion/_lppack" | zsh_options > "$scratch/got"
same "lppack: zsh completion" "$scratch/wanted" "$scratch/got"
grep -- '-n __fish_use_subcommand' "$completion/lppack.fish" | fish_options > "$scratch/got"
same "lppack: fish completion" "$scratch/wanted" "$scratch/got"

# Verbs, with their summaries where they are told.
awk -F '\t' '$1 == "verb" { print $2 ": " $4 }' "$scratch/dump" | sort > "$scratch/wanted"
"$lppack" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z-]*\)  *\(.*\)/\1: \2/p' | sort > "$scratch/got"
same "verbs: --help" "$scratch/wanted" "$scratch/got"
sed -n '/^# VERBS/,/^# OPTIONS/p' "$man/lppack.1.scd" |
	awk '/^\|  \*/ { verb = $2; gsub(/\*/, "", verb); getline; sub(/^:  /, ""); print verb ": " $0 }' | sort > "$scratch/got"
same "verbs: man page" "$scratch/wanted" "$scratch/got"
sed -n "s/^		[\"']\([a-z-]*\):\(.*\)[\"']\$/\1: \2/p" "$completion/_lppack" | sort > "$scratch/got"
same "verbs: zsh completion" "$scratch/wanted" "$scratch/got"
sed -n "s/.*-n __fish_use_subcommand -a \([a-z-]*\) -d '\(.*\)'\$/\1: \2/p" "$completion/lppack.fish" |
	sed "s/\\\\'/'/g" | sort > "$scratch/got"
same "verbs: fish completion" "$scratch/wanted" "$scratch/got"
bash -c '. "$1"; COMP_WORDS=(lppack ""); COMP_CWORD=1; _lppack; printf "%s\n" "${COMPREPLY[@]}"' - "$completion/lppack.bash" |
	sort > "$scratch/got"
same "verbs: bash completion" "$scratch/verbs" "$scratch/got"
sed -n "s/.*from help' -a '\(.*\)'.*/\1/p" "$completion/lppack.fish" | tr ' ' '\n' | sort > "$scratch/got"
same "verbs: fish completion of help" "$scratch/verbs" "$scratch/got"

while read -r verb; do
	[ "$verb" = help ] || grep -q "lppack-$verb\*(1)" "$man/lppack.1.scd" || echo "lppack.1 does not name lppack-$verb(1)"
	[ "$verb" = help ] || head -n 1 "$man/lppack-$verb.1.scd" | grep -qx "lppack-$verb(1)" || echo "lppack-$verb.1.scd: title"
done < "$scratch/verbs" | ok "verbs: each has its man page"

done_testing
