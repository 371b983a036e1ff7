#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What is foreign goes through one helper before it is shown, and through another before it is part of a command.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 99

# statements FILE...: "FILE:LINE: STATEMENT", each on one line, without comments.
statements()
{
	awk '
		FNR == 1 { text = ""; in_comment = 0 }
		{
			line = $0
			if (in_comment) {
				if (!sub(/^.*\*\//, "", line)) next
				in_comment = 0
			}
			gsub(/\/\*[^*]*\*+([^\/*][^*]*\*+)*\//, "", line)
			if (sub(/\/\*.*$/, "", line)) in_comment = 1
			gsub(/^[ \t]+|[ \t]+$/, "", line)
			if (text == "") start = FNR
			text = text (text == "" ? "" : " ") line
			if (line ~ /[;{}]$/ || line == "") {
				if (text != "") print FILENAME ":" start ": " text
				text = ""
			}
		}' "$@"
}

# cli/output.c has the helper; what these print of others is the text of lppack itself.
mapfile -t files < <(find src/cli -name '*.c' ! -name output.c ! -name options.c ! -name verbs.c ! -name help.c | sort)
{
	[ ${#files[@]} -gt 30 ] || echo "only ${#files[@]} files found"
	# To a buffer that is printed by the helper later; the library's metrics, which are escaped; a text made printable; the
	# bytes that somebody else is to sign.
	statements "${files[@]}" |
		grep -E '(^|[^a-z_])v?(f|d)?printf\([^"]*"[^"]*%|(^|[^a-z_])f?puts\([^"]|(^|[^a-z_])f?putc(har)?\([^'"'"']|(^|[^a-z_])fwrite\(' |
		grep -vE 'fprintf\(memory, |fputs\(metrics, stdout\)|dprintf\(tty, "%s %s: ", question, what\)|fwrite\(message, 1, n, stdout\)'
} | ok "the program prints through src/cli/output.c"

mapfile -t files < <(find src -name '*.c' ! -path 'src/cli/*' ! -path src/shared/json.c | sort)
statements "${files[@]}" | grep -E '(^|[^a-z_])(printf|puts|putchar)\(|(^|[^a-z_])f(printf|puts|putc|write)\([^;]*std(out|err)' | ok "the library prints nothing"

# A command with a name in it: quoted by lp_text_quote(), into a variable that says so. What stands for no file is a number, an id or
# the text of lppack itself.
mapfile -t files < <(find src -name '*.c' | sort)
command='(lppack [a-z-]+|chmod|chown|rm|mv|cp|install|ln|mount|rmmod|systemctl [a-z]+)( [^ "]+)* [^ "]*%[-.0-9]*s'
{
	statements "${files[@]}" | grep -E '_?hint\(|_fail\(|warning_print\(|hint_print\(' | grep -E "[:,(] $command" | grep -v quoted |
		grep -vE 'lppack trust %s%s|lppack %s \[OPTION\]|is of format %llu'
} | ok "commands in hints have quoted names"

# The helpers are used at all.
{
	[ "$(statements "${files[@]}" | grep -c 'lp_text_quote(')" -ge 5 ] || echo "lp_text_quote() is hardly used"
	[ "$(statements "${files[@]}" | grep -c 'quoted ? quoted\|, quoted')" -ge 5 ] || echo "what it quotes is hardly used"
} | ok "there are such commands"

done_testing
