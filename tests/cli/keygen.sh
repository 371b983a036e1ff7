#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack keygen: a pair of key files, both or none.
. "$(dirname "$0")/lib.sh"

works "makes a pair" keygen -o vendor
{ says "$out" '^key id +[0-9a-f]{64}$'; says "$out" '^private key +vendor\.key '; says "$out" '^public key +vendor\.pub '; } |
	ok "says where it is, and its id"
{ stat -c '%a %n' vendor.key vendor.pub; find . -type f | wc -l; } > "$scratch/io/got"
printf '600 vendor.key\n644 vendor.pub\n2\n' > "$scratch/io/wanted"
same "two files, the private one for its owner only" "$scratch/io/wanted" "$scratch/io/got"

if command -v openssl > /dev/null; then
	id=$(sed -n 's/^key id *//p' "$out")
	openssl pkey -pubin -in vendor.pub -outform DER | sha256sum | grep -q "^$id " || echo "not the key id that openssl tells"
	openssl pkey -in vendor.key -pubout | diff - vendor.pub
	openssl pkey -in vendor.key -noout -text | grep -q '^ED25519 Private-Key' || echo "not Ed25519"
else
	echo "# no openssl"
fi | ok "openssl reads the pair and computes the same id"

(umask 077 && lppack keygen -o private > /dev/null && stat -c %a private.key private.pub) | tr '\n' ' ' > "$scratch/io/got"
printf '600 600 ' > "$scratch/io/wanted"
same "the umask counts" "$scratch/io/wanted" "$scratch/io/got"

{
	try OK keygen -o j --json
	json "['private_key']" "'j.key'"
	json "['public_key']" "'j.pub'"
	json "['id']" "'$(grep -v '^-' j.pub | base64 -d | sha256sum | cut -c 1-64)'"
} | ok "--json"
{ mkdir deeper; try OK keygen -o deeper/k; ls -A deeper; } > "$scratch/io/got"
printf 'k.key\nk.pub\n' > "$scratch/io/wanted"
same "into another directory" "$scratch/io/wanted" "$scratch/io/got"
{ lppack keygen -o a > /dev/null; lppack keygen -o b > /dev/null; ! cmp -s a.key b.key || echo "the same key twice"; } |
	ok "every key is a new one"

name='choose another name'
refused "never over a pair" EXISTS 'vendor\.(key|pub): exists' "$name" keygen -o vendor
rm private.pub
refused "never over a private key" EXISTS 'private\.key: exists' "$name" keygen -o private
rm j.key
refused "never over a public key" EXISTS 'j\.pub: exists' "$name" keygen -o j
ln -s nowhere link.key
refused "never over a link, even one to nothing" USAGE 'link\.key: exists and is a link' 'name the file' keygen -o link
mkdir folder.pub
refused "never over a directory" USAGE 'folder\.pub: names a directory' 'name a file' keygen -o folder
refused "a directory that does not exist" IO 'none: cannot be opened' 'create the directory' keygen -o none/k
refused "a file as directory" IO 'vendor\.pub: cannot be opened' 'no directory' keygen -o vendor.pub/k
refused "a directory as name" USAGE "'deeper/' is no name" 'NAME\.key and NAME\.pub' keygen -o deeper/
refused "dots as name" USAGE "'\\.\\.' is no name" 'NAME\.key and NAME\.pub' keygen -o ..
refused "a name that is too long" IO '0*\.key: cannot be created: File name too long' 'shorter name' keygen -o "$(printf '%0300d' 0)"

{
	# The shell's own files must stay writable.
	text=$(ulimit -f 0 && lppack keygen -o full 2>&1)
	[ $? = "${status[IO]}" ] || echo "exit status $?"
	grep -q '^lppack: error: full\.key: cannot be written: File too large' <<< "$text" || echo "$text"
	ls full.* 2> /dev/null
} | ok "a file that cannot be written leaves none"

# The other types, and encryption.
for type in ed25519 ecdsa-p256 ecdsa-p384 rsa-3072 rsa-4096; do
	works "a key of type $type" keygen -o "type-$type" --type $type
done
if command -v openssl > /dev/null; then
	for type in ecdsa-p256:prime256v1 ecdsa-p384:secp384r1 'rsa-3072:3072 bit' 'rsa-4096:4096 bit'; do
		openssl pkey -in "type-${type%%:*}.key" -noout -text | grep -q "${type#*:}" || echo "$type"
		openssl pkey -in "type-${type%%:*}.key" -pubout | diff - "type-${type%%:*}.pub"
	done
else
	echo "# no openssl"
fi | ok "openssl reads them"
refused "an unknown type" USAGE ".*'dsa'" 'ed25519' keygen -o dsa --type dsa
echo 'open sesame' > passphrase
: > nothing
works "an encrypted key" keygen -o locked --passphrase-file passphrase
{ head -n 1 locked.key | grep -qx -- '-----BEGIN ENCRYPTED PRIVATE KEY-----' || cat locked.key; } | ok "is encrypted"
{
	openssl asn1parse -in locked.key > "$out"
	says "$out" 'OBJECT +:PBKDF2'
	says "$out" 'INTEGER +:0927C0'
	says "$out" 'OCTET STRING +\[HEX DUMP\]:[0-9A-F]{32}$'
} | ok "600,000 rounds of PBKDF2 and a salt of 16 bytes"
refused "an empty passphrase" USAGE 'open\.key: the passphrase is empty' 'without encryption' keygen -o open --passphrase-file nothing
refused "no passphrase file" IO 'absent: cannot be read' 'check the path' keygen -o open --passphrase-file absent
{ head -c 5000 /dev/zero | tr '\0' x > long; try LIMIT keygen -o open --passphrase-file long; ls open.* 2> /dev/null; } |
	ok "a passphrase that is too long"
if python3 -c 'import pty' 2> /dev/null; then
	cat > ask.py <<- 'EOF'
		import os, pty, sys
		answers = sys.argv[1].encode().split(b",")
		pid, fd = pty.fork()
		if pid == 0:
		    os.execvp(sys.argv[2], sys.argv[2:])
		shown = b""
		try:
		    while True:
		        shown += os.read(fd, 1)
		        if shown.endswith(b".key: ") and answers:
		            os.write(fd, answers.pop(0) + b"\n")
		except OSError:
		    pass
		sys.stdout.buffer.write(shown)
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	EOF
	{
		python3 ask.py sesame,sesame "${program[@]}" keygen -o asked --encrypt > "$out" || cat "$out"
		says "$out" '^New passphrase for asked\.key: '
		says "$out" '^Once more, for asked\.key: '
		grep sesame "$out"
		grep -q ENCRYPTED asked.key || cat asked.key
	} | ok "--encrypt asks twice, and does not show the answers"
	{
		python3 ask.py sesame,sesames "${program[@]}" keygen -o differ --encrypt > "$out"
		[ $? = "${status[USAGE]}" ] || echo "exit status"
		says "$out" 'differ\.key: the two passphrases differ'
		ls differ.* 2> /dev/null
	} | ok "two answers that differ make no key"
else
	skip "--encrypt asks twice" "no python3"
	skip "two answers that differ" "no python3"
fi

done_testing
