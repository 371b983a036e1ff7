# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for lppack(1)

_lppack_options()
{
	case $1 in
	keygen) echo -o --output -t --type --encrypt --passphrase-file --json -h --help ;;
	inspect) echo --strict --json -v --verbose -h --help ;;
	check) echo --kernel-dir --release --vmlinuz --system-map --symvers --config --modules --btf --sig-enforce --strict \
		-k --keys --root --json -v --verbose -h --help ;;
	create) echo -o --output --key --cert --chain --passphrase-file --sign-module --module-hash -C --directory -T --threads --level --independent --supersedes -k --keys --check --allow-unrecognised -f --force --stream --serial \
		--bundle-version --expires --module --kernel --json -v --verbose -h --help ;;
	sign) echo --key --cert --chain --passphrase-file --remove -l --list --emit -o --output --attach --json -h --help ;;
	trust) echo --name -k --keys --policy --key --cert --chain --passphrase-file --root --json -h --help ;;
	verify) echo --kernel --supersedes -k --keys --policy --root -q --quiet --json -h --help ;;
	show) echo --kernels -k --keys --root --json -v --verbose -h --help ;;
	diff) echo --strict -k --keys --root --json -h --help ;;
	extract) echo --kernel -o --output -k --keys --root -f --force -h --help ;;
	apply) echo --replace --timeout --before-signal --wait --take-over --retries --retry-delay --allow-downgrade --switch-stream --allow-loss --force \
		--accept-reboot --installed --boot -n --dry-run -k --keys --root --json -h --help ;;
	rollback) echo --to --timeout --before-signal --wait --take-over --retries --retry-delay -n --dry-run -k --keys --root --json -h --help ;;
	remove) echo --timeout --before-signal --wait --take-over --retries --retry-delay -n --dry-run --root --json -h --help ;;
	recover) echo --timeout --wait --discard --json -h --help ;;
	status) echo --watch --metrics --nagios --check --root --json -h --help ;;
	install) echo --no-apply --keep --allow-downgrade --switch-stream --allow-loss --timeout --before-signal --wait --take-over --retries --retry-delay -k --keys --root --json -h --help ;;
	confirm) echo --retry --wait --root --json -h --help ;;
	hold) echo --serial --until --freeze --stream --wait --root --json -h --help ;;
	unhold) echo --stream --wait --root --json -h --help ;;
	history) echo --last -n --log --root --json -h --help ;;
	effective-version) echo --root -h --help ;;
	reboot-needed) echo --root --json -h --help ;;
	help) echo -h --help ;;
	'') echo -h --help -V --version ;;
	esac
}

# What the argument of an option is: file, dir or word; nothing for an option without one.
_lppack_argument()
{
	case $1:$2 in
	extract:-o | extract:--output | *:--root | create:-C | create:--directory) echo dir ;;
	*:--policy | *:--cert | *:--chain | *:--passphrase-file | sign:--attach) echo file ;;
	trust:--name) echo word ;;
	keygen:-t | keygen:--type | sign:--remove) echo word ;;
	check:--kernel-dir | check:--modules) echo dir ;;
	check:--vmlinuz | check:--system-map | check:--symvers | check:--config | check:--btf) echo file ;;
	check:--release) echo word ;;
	*:-o | *:--output | *:--key | *:--sign-module | *:-k | *:--keys | *:--module | *:--kernel | *:--supersedes) echo file ;;
	install:--keep | install:--timeout | install:--wait | hold:--serial | hold:--until | hold:--stream) echo word ;;
	unhold:--stream | history:-n | history:--last) echo word ;;
	create:-T | create:--threads | create:--level | create:--stream | create:--serial) echo word ;;
	create:--module-hash | create:--bundle-version | create:--expires | *:--timeout | *:--wait) echo word ;;
	*:--retries | *:--retry-delay | rollback:--to) echo word ;;
	esac
}

_lppack()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' i
	local verbs='keygen inspect check create sign trust verify show diff extract apply rollback remove recover status install confirm hold unhold history effective-version reboot-needed help'

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
	word:* | :keygen | :rollback | :remove | :recover | :status | :confirm | :hold | :unhold | :history | :effective-version | :reboot-needed) ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -F _lppack lppack
