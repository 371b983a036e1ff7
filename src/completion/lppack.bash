# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for lppack(1)

_lppack_options()
{
	case $1 in
	keygen) echo -o --output --json -h --help ;;
	inspect) echo --strict --json -h --help ;;
	create) echo -o --output --key -C --directory -T --threads --level --independent --supersedes -k --keys -f --force --stream --serial \
		--bundle-version --expires --module --kernel --json -h --help ;;
	verify) echo --kernel --supersedes -k --keys --root -q --quiet --json -h --help ;;
	show) echo --kernels -k --keys --root --json -h --help ;;
	diff) echo --strict -k --keys --root --json -h --help ;;
	extract) echo --kernel -o --output -k --keys --root -f --force -h --help ;;
	apply) echo --replace --timeout -n --dry-run -k --keys --root --json -h --help ;;
	status) echo --root --json -h --help ;;
	help) echo -h --help ;;
	'') echo -h --help -V --version ;;
	esac
}

# What the argument of an option is: file, dir or word; nothing for an option without one.
_lppack_argument()
{
	case $1:$2 in
	extract:-o | extract:--output | *:--root | create:-C | create:--directory) echo dir ;;
	*:-o | *:--output | *:--key | *:-k | *:--keys | *:--module | *:--kernel | *:--supersedes) echo file ;;
	create:-T | create:--threads | create:--level | create:--stream | create:--serial) echo word ;;
	create:--bundle-version | create:--expires | apply:--timeout) echo word ;;
	esac
}

_lppack()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' i
	local verbs='keygen inspect create verify show diff extract apply status help'

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} != -* ]]; then
			verb=${COMP_WORDS[i]}
			break
		fi
	done

	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_lppack_options "$verb")" -- "$cur")
		return
	fi
	if [[ -z $verb || $verb == help ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
		return
	fi
	compopt -o filenames 2> /dev/null
	case $(_lppack_argument "$verb" "$prev"):$verb in
	dir:*) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	word:* | :keygen | :status) ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -F _lppack lppack
