#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who may patch this machine: a table of machines, policies and bundles with the verdict on each. The bundles are signed by
# bare keys and, where openssl is there, by certificates of a PKI that is made here.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1790000000 # 2026-09-21T14:13:20Z

mkmodule --kind vmlinuz --release 6.1.0-1-test -o vmlinuz
mkmodule --release 6.1.0-1-test --name livepatch_7 --function foo_ioctl --build-id "$(module_id 1)" -o livepatch_7.ko
declare -A id=()
for key in a b c x; do
	id[$key]=$(lppack keygen -o $key --json | sed -n 's/.*"id": "\(.*\)".*/\1/p')
done

# build NAME STREAM SERIAL EPOCH SIGNER...: NAME.lpb. A signer is a key's name; with + its certificate is used, with @ its issuers are
# put in too.
build()
{
	local name=$1 signer arguments=()

	printf '%s\n' "stream: $2" "serial: $3" "epoch: $4" 'kernels:' '  - module: livepatch_7.ko' '    kernel: vmlinuz' > "$name.yaml"
	shift 4
	for signer; do
		arguments+=(--key "${signer%[+@]}.key")
		case $signer in *[+@]) arguments+=(--cert "${signer%[+@]}.pem") ;; esac
		case $signer in *@) arguments+=(--chain "${signer%@}.chain") ;; esac
	done
	lppack create "$name.yaml" --threads 1 --level 1 "${arguments[@]}" -o "$name.lpb" > /dev/null || exit 99
}

build A web 7 0 a
build B web 7 0 b
build AB web 7 0 a b
build ABC web 7 0 a b c
build AX web 7 0 a x
build X web 7 0 x
build DB db 7 0 a
build E1 web 1 1 a
cp A.lpb NONE.lpb
lppack sign --remove "${id[a]}" NONE.lpb > /dev/null 2>&1 || exit 99
# A flipped bit of the first signature: its header stands after magic and manifest, and its data ends after 108 bytes.
python3 - AB.lpb BAD.lpb <<- 'EOP' || exit 99
	import sys
	data = bytearray(open(sys.argv[1], "rb").read())
	at = data.index(b"signatures/") + 512 + 100
	data[at] ^= 1
	open(sys.argv[2], "wb").write(data)
EOP
: > empty.pub
digest_A=$(lppack show --json --keys a.pub A.lpb | sed -n 's/^  "digest": "\(.*\)".*/\1/p')
digest_B=$(lppack show --json --keys b.pub B.lpb | sed -n 's/^  "digest": "\(.*\)".*/\1/p')

# The PKI is valid around the clock's time, so what its certificates sign is created then.
have_pki=
if command -v openssl > /dev/null; then
	have_pki=1
	"$top_srcdir/tests/pki/make" pki > /dev/null 2>&1 || exit 99
	mv pki/* .
	SOURCE_DATE_EPOCH=$(date +%s)
	for name in p256 rsa stranger expired future tls encipher revoked again sha1 pinned by-old-ca; do
		build "${name^^}" web 7 0 $name+
	done
	build CHAIN web 7 0 p256@
	cp p256.key by-again.key
	cp p256.pem by-again.pem
	cp issuing-again.pem by-again.chain
	build BY-AGAIN web 7 0 by-again@
	build DEEP web 7 0 by-deep@
	build AP256 web 7 0 a p256+
	build P256RSA web 7 0 p256+ rsa+
	build P256OLD web 7 0 p256+ expired+
	for name in p256 issuing root; do
		id[$name]=$(openssl pkey -in $name.key -pubout -outform DER | sha256sum | cut -d ' ' -f 1)
	done
fi

# expand TEXT: @a is the id of key a, @A and @B the digests of the bundles, @p the text of a's public key.
expand_ids()
{
	local text=$1 name

	for name in "${!id[@]}"; do text=${text//"@$name@"/${id[$name]}}; done
	text=${text//@A@/$digest_A}
	text=${text//@B@/$digest_B}
	text=${text//@p@/$(grep -v -e ----- a.pub)}
	printf '%s' "$text"
}

# machine KEYS POLICY: the machine m. KEYS are files for keys.d, each FILE, or FILE=NAME, /FILE for the vendor's directory, or %FILE for
# crls.d. POLICY is lines with ';' between them, after the three that each policy has; '-' for none, and '!TEXT' for these bytes.
machine()
{
	local file name

	rm -rf m
	mkdir -p m/{etc,usr/lib}/lppack/keys.d m/etc/lppack/crls.d
	for file in $1; do
		name=${file#*=}
		file=${file%%=*}
		case $file in
		-) ;;
		/*) cp "${file#/}" "m/usr/lib/lppack/keys.d/${name#/}" ;;
		%*) cp "${file#%}" "m/etc/lppack/crls.d/${name#%}" ;;
		null) ln -s /dev/null "m/etc/lppack/keys.d/$name" ;;
		*) cp "$file" "m/etc/lppack/keys.d/$name" ;;
		esac
	done
	case $2 in
	-) ;;
	!*) printf '%s' "${2#!}" > m/etc/lppack/policy.yaml ;;
	*) printf '%s\n' 'format: 1' 'version: 1' 'created: 2026-01-01T00:00:00Z' "$(expand_ids "$2")" | sed 's/; */\n/g' \
		> m/etc/lppack/policy.yaml ;;
	esac
}

# verdict STATUS RULE BUNDLE: verify exits so, and trust test says the same and names the rule ('-' for none).
verdict()
{
	local trusted=False

	try "$1" verify --root m "$3.lpb"
	if [ "$1" != OK ]; then
		says "$err" '^lppack: error: '
		says "$err" '^lppack: hint: '
		silent "$out"
	fi
	[ "$2" != file ] || return
	try "$1" trust test --json --root m "$3.lpb"
	[ "$1" = OK ] && trusted=True
	json "['verdict'], d.get('rule', '-'), d['trusted']" "('$1', '$2', $trusted)"
}

# Rule 'file': the store itself is what is wrong, and no bundle is looked at.
cases=0
while IFS='|' read -r name keys policy bundle wanted rule; do
	name=${name%"${name##*[![:space:]]}"}
	[ -n "$name" ] && [ "${name#\#}" = "$name" ] || continue
	read -r keys <<< "$keys"
	read -r policy <<< "$policy"
	read -r bundle wanted rule <<< "$bundle $wanted $rule"
	if [ -n "$have_pki" ] || [[ ! "$keys $bundle $policy" =~ (\.pem|crl|p256|P256|RSA|CHAIN|AGAIN) ]]; then
		machine "$keys" "$policy"
		verdict "$wanted" "$rule" "$bundle" | ok "$name"
	else
		skip "$name" "no openssl"
	fi
	cases=$((cases + 1))
done << 'EOT'
# what                                     | keys                | policy                                    | bundle | verdict | rule
no policy, its key                         | a.pub               | -                                         | A   | OK        | -
no policy, one key of two                  | a.pub b.pub         | -                                         | A   | OK        | -
no policy, a stranger beside it            | a.pub               | -                                         | AX  | OK        | -
no policy, another's key                   | b.pub               | -                                         | A   | UNTRUSTED | keys
no policy, nobody's signature              | a.pub               | -                                         | NONE | UNTRUSTED | keys
no policy, a stranger alone                | a.pub b.pub c.pub   | -                                         | X   | UNTRUSTED | keys
no keys at all                             | -                   | -                                         | A   | NO_KEYS   | file
the vendor's key                           | /a.pub              | -                                         | A   | OK        | -
the vendor's key masked by another         | /a.pub=v.pub b.pub=v.pub | -                                    | A   | UNTRUSTED | keys
the vendor's key masked away               | /a.pub null=a.pub b.pub | -                                     | A   | UNTRUSTED | keys
the only key masked away                   | /a.pub null=a.pub   | -                                         | A   | NO_KEYS   | file
a key under two names                      | a.pub a.pub=z.pub   | threshold: 2                              | A   | THRESHOLD | threshold
a damaged signature beside a good one      | a.pub b.pub         | -                                         | BAD | BAD_SIGNATURE | -
an empty key file                          | a.pub empty.pub=e.pub  | -                                       | A   | KEY       | file
two keys needed, two there                 | a.pub b.pub         | threshold: 2                              | AB  | OK        | -
two keys needed, one there                 | a.pub b.pub         | threshold: 2                              | A   | THRESHOLD | threshold
two keys needed, three there               | a.pub b.pub c.pub   | threshold: 2                              | ABC | OK        | -
three needed, two of them trusted          | a.pub b.pub         | threshold: 3                              | ABC | THRESHOLD | threshold
two needed, a stranger does not count      | a.pub b.pub         | threshold: 2                              | AX  | THRESHOLD | threshold
two needed, only strangers                 | b.pub c.pub         | threshold: 2                              | X   | UNTRUSTED | keys
listed keys                                | a.pub b.pub         | keys: [{id: @a@}]                         | A   | OK        | -
a trusted key that is not listed           | a.pub b.pub         | keys: [{id: @b@}]                         | A   | UNTRUSTED | keys
a listed key that is not there             | b.pub               | keys: [{id: @a@}, {id: @b@}]              | A   | UNTRUSTED | keys
a key that the policy brings               | -                   | keys: [{id: @a@, public_key: "@p@"}]      | A   | OK        | -
a key that the policy brings, and the file | a.pub               | threshold: 2; keys: [{id: @a@, public_key: "@p@"}, {id: @b@}] | A | THRESHOLD | threshold
a key brought under another id             | -                   | keys: [{id: @b@, public_key: "@p@"}]      | A   | POLICY    | file
a key brought that is none                 | b.pub               | keys: [{id: @a@, public_key: "AAAA"}]     | A   | POLICY    | file
the stream by its name                     | a.pub               | keys: [{id: @a@, streams: [web]}]         | A   | OK        | -
the stream by a glob                       | a.pub               | keys: [{id: @a@, streams: ["x", "w*"]}]   | A   | OK        | -
another stream                             | a.pub               | keys: [{id: @a@, streams: [web]}]         | DB  | UNTRUSTED | streams
a glob is of the whole name                | a.pub               | keys: [{id: @a@, streams: ["we"]}]        | A   | UNTRUSTED | streams
one key for each stream                    | a.pub b.pub         | keys: [{id: @a@, streams: [db]}, {id: @b@, streams: [web]}] | AB | OK | -
not enough keys for the stream             | a.pub b.pub         | threshold: 2; keys: [{id: @a@, streams: [db]}, {id: @b@}] | AB | THRESHOLD | threshold
within its window                          | a.pub               | keys: [{id: @a@, not_before: 2026-09-01T00:00:00Z, not_after: 2026-10-01T00:00:00Z}] | A | OK | -
at the first second                        | a.pub               | keys: [{id: @a@, not_before: 2026-09-21T14:13:20Z}] | A | OK  | -
at the last second                         | a.pub               | keys: [{id: @a@, not_after: 2026-09-21T14:13:20Z}] | A | OK   | -
a second too early                         | a.pub               | keys: [{id: @a@, not_before: 2026-09-21T14:13:21Z}] | A | UNTRUSTED | not_before
a second too late                          | a.pub               | keys: [{id: @a@, not_after: 2026-09-21T14:13:19Z}] | A | UNTRUSTED | not_after
one of two keys too late                   | a.pub b.pub         | keys: [{id: @a@, not_after: 2026-01-01T00:00:00Z}, {id: @b@}] | AB | OK | -
two needed, one too late                   | a.pub b.pub         | threshold: 2; keys: [{id: @a@, not_after: 2026-01-01T00:00:00Z}, {id: @b@}] | AB | THRESHOLD | threshold
the scheme that the key is for             | a.pub               | keys: [{id: @a@, schemes: [ed25519]}]     | A   | OK        | -
another scheme                             | a.pub b.pub | keys: [{id: @b@}, {id: @a@, schemes: [cms]}]         | A   | UNTRUSTED | schemes
a scheme that none of the listed keys has  | a.pub               | keys: [{id: @a@, schemes: [cms]}]         | A   | POLICY    | file
a required scheme is there                 | a.pub               | required_schemes: [ed25519]               | A   | OK        | -
a required scheme is missing               | a.pub               | required_schemes: [ed25519, cms]          | A   | THRESHOLD | required_schemes
a revoked key                              | a.pub               | revoked_keys: [{id: @a@, reason: stolen}] | A   | REVOKED   | revoked_keys
a revoked key beside a good one            | a.pub b.pub         | revoked_keys: [{id: @a@}]                 | AB  | OK        | -
two needed, one revoked                    | a.pub b.pub         | threshold: 2; revoked_keys: [{id: @a@}]   | AB  | THRESHOLD | threshold
a revoked key that was not trusted         | b.pub               | revoked_keys: [{id: @a@}]                 | A   | REVOKED   | revoked_keys
another key is revoked                     | a.pub               | revoked_keys: [{id: @b@}]                 | A   | OK        | -
revoking goes before listing               | a.pub b.pub | keys: [{id: @b@}, {id: @a@}]; revoked_keys: [{id: @a@}] | A | REVOKED  | revoked_keys
a revoked key that the policy brings       | b.pub | keys: [{id: @b@}, {id: @a@, public_key: "@p@"}]; revoked_keys: [{id: @a@}] | A | REVOKED | revoked_keys
a policy whose every key is revoked        | -                   | keys: [{id: @a@, public_key: "@p@"}]; revoked_keys: [{id: @a@}] | A | POLICY | file
a revoked bundle                           | a.pub               | revoked_bundles: [{digest: @A@, reason: it panics}] | A | REVOKED | revoked_bundles
another bundle is revoked                  | a.pub               | revoked_bundles: [{digest: "0000000000000000000000000000000000000000000000000000000000000000"}] | A | OK | -
a revoked bundle is revoked under any key  | b.pub               | revoked_bundles: [{digest: @A@}]          | B   | REVOKED   | revoked_bundles
at the minimum                             | a.pub               | minimum: [{stream: web, serial: 7}]       | A   | OK        | -
below the minimum                          | a.pub               | minimum: [{stream: web, serial: 8}]       | A   | DOWNGRADE | minimum
below the minimum's epoch                  | a.pub               | minimum: [{stream: web, epoch: 1}]        | A   | DOWNGRADE | minimum
a higher epoch goes over any serial        | a.pub               | minimum: [{stream: web, serial: 9}]       | E1  | OK        | -
another stream's minimum                   | a.pub               | minimum: [{stream: web, serial: 9}]       | DB  | OK        | -
an empty policy                            | a.pub               | !                                         | A   | POLICY    | file
a policy that is no YAML                   | a.pub               | !{{{{                                     | A   | POLICY    | file
a policy without its version               | a.pub               | !format: 1                                | A   | POLICY    | file
a policy with a mistyped rule              | a.pub               | tresholds: 2                              | A   | POLICY    | file
two keys of one signer count once          | a.pub b.pub c.pub   | threshold: 2; keys: [{id: @a@, also: [{id: @b@}]}, {id: @c@}] | AB | THRESHOLD | threshold
two keys of one signer and another's       | a.pub b.pub c.pub   | threshold: 2; keys: [{id: @a@, also: [{id: @b@}]}, {id: @c@}] | ABC | OK | -
the other key of a signer                  | a.pub b.pub         | keys: [{id: @a@, also: [{id: @b@}]}]      | B   | OK        | -
the other key of a signer, another stream  | a.pub b.pub         | keys: [{id: @a@, streams: [db], also: [{id: @b@}]}] | B | UNTRUSTED | streams
a signer's other key that the policy brings | b.pub              | keys: [{id: @b@, also: [{id: @a@, public_key: "@p@"}]}] | A | OK | -
a threshold of more keys than are listed   | a.pub b.pub         | threshold: 3; keys: [{id: @a@}, {id: @b@}] | AB | POLICY   | file
a threshold of more signers than there are | a.pub b.pub         | threshold: 2; keys: [{id: @a@, also: [{id: @b@}]}] | AB | POLICY | file
a threshold that counts a revoked key      | a.pub b.pub         | threshold: 2; keys: [{id: @a@}, {id: @b@}]; revoked_keys: [{id: @b@}] | AB | POLICY | file
a threshold of updates that is too high    | a.pub b.pub         | keys: [{id: @a@}, {id: @b@}]; update: {threshold: 16, keys: [@a@]} | A | POLICY | file
a required scheme that no listed key has   | a.pub b.pub         | required_schemes: [cms]; keys: [{id: @a@}, {id: @b@}] | A | POLICY | file
a required scheme that the entry rules out | a.pub               | required_schemes: [ed25519]; keys: [{id: @a@, schemes: [cms]}] | A | POLICY | file
a policy of no key                         | a.pub               | keys: []                                  | A   | POLICY    | file
a certificate by its authority             | issuing.pem         | -                                         | P256 | OK       | -
an RSA certificate                         | issuing.pem         | -                                         | RSA | OK        | -
a certificate that is trusted itself       | p256.pem            | -                                         | P256 | OK       | -
a self-signed one that is trusted itself   | pinned.pem          | -                                         | PINNED | OK     | -
the bare key of a certificate              | p256.pub            | -                                         | P256 | OK       | -
an intermediate that is at hand            | root.pem issuing.pem | -                                        | P256 | OK       | -
an intermediate in the signature           | root.pem            | -                                         | CHAIN | OK      | -
an intermediate that is missing            | root.pem            | -                                         | P256 | UNTRUSTED | certificates
another's certificate                      | issuing.pem         | -                                         | STRANGER | UNTRUSTED | certificates
a certificate, but only keys are trusted   | a.pub               | -                                         | P256 | UNTRUSTED | keys
a certificate that had expired             | issuing.pem         | -                                         | EXPIRED | UNTRUSTED | certificates
a certificate that was not valid yet       | issuing.pem         | -                                         | FUTURE | UNTRUSTED | certificates
a trusted certificate that had expired     | expired.pem         | -                                         | EXPIRED | UNTRUSTED | certificates
a certificate for TLS                      | issuing.pem         | -                                         | TLS | UNTRUSTED | certificates
a certificate for encryption               | issuing.pem         | -                                         | ENCIPHER | UNTRUSTED | certificates
a certificate signed by SHA-1              | issuing.pem         | -                                         | SHA1 | UNTRUSTED | certificates
an issuer that had expired                 | root.pem old-ca.pem | -                                         | BY-OLD-CA | UNTRUSTED | certificates
a path that is too long                     | root.pem            | -                                         | DEEP | UNTRUSTED | certificates
a certificate that its authority revoked   | issuing.pem %issuing.crl | -                                    | REVOKED | REVOKED | certificates
without the list it counts                 | issuing.pem         | -                                         | REVOKED | OK    | -
another certificate is revoked             | issuing.pem %issuing.crl | -                                    | P256 | OK       | -
a list that is out of date                 | issuing.pem %issuing-expired.crl | -                            | P256 | UNTRUSTED | certificates
a list that somebody else has signed       | issuing.pem %issuing-forged.crl | -                             | P256 | UNTRUSTED | certificates
lists are required, and there              | issuing.pem %issuing.crl | require_crls: true                   | P256 | OK       | -
lists are required, and none is there      | issuing.pem         | require_crls: true                        | P256 | UNTRUSTED | certificates
lists are required, another's is there     | issuing.pem %other-root.crl | require_crls: true                | P256 | UNTRUSTED | certificates
a list that is none                        | issuing.pem %a.pub=x.crl | -                                    | P256 | KEY      | file
a directory of lists that is not there     | issuing.pem         | crls: /etc/lppack/none                    | P256 | IO       | file
an authority that the policy lists         | issuing.pem         | keys: [{id: @issuing@, streams: [web]}]   | P256 | OK       | -
an authority for another stream            | issuing.pem         | keys: [{id: @issuing@, streams: [db]}]    | P256 | UNTRUSTED | streams
an authority that is not listed            | issuing.pem         | keys: [{id: @a@}]                         | P256 | UNTRUSTED | keys
an authority between that the policy lists | root.pem            | keys: [{id: @issuing@, streams: [web]}]   | CHAIN | OK      | -
an authority between for another stream    | root.pem            | keys: [{id: @root@}, {id: @issuing@, streams: [db]}] | CHAIN | UNTRUSTED | streams
the same, its certificate is trusted too   | root.pem issuing.pem | keys: [{id: @root@}, {id: @issuing@, streams: [db]}] | CHAIN | UNTRUSTED | streams
the same, by another certificate of it | root.pem         | keys: [{id: @root@}, {id: @issuing@, streams: [db]}] | BY-AGAIN | UNTRUSTED | streams
the same, both its certificates are trusted | root.pem issuing.pem issuing-again.pem | keys: [{id: @root@}, {id: @issuing@, streams: [db]}] | BY-AGAIN | UNTRUSTED | streams
a root for another stream above one for this | root.pem          | keys: [{id: @root@, streams: [db]}, {id: @issuing@}] | CHAIN | UNTRUSTED | streams
all of a chain are for the stream          | root.pem            | keys: [{id: @root@, streams: ["w*"]}, {id: @issuing@, streams: [web]}, {id: @p256@}] | CHAIN | OK | -
a listed key below one for another stream  | issuing.pem         | keys: [{id: @p256@}, {id: @issuing@, streams: [db]}] | P256 | UNTRUSTED | streams
the same, its certificate is trusted itself | p256.pem issuing.pem | keys: [{id: @p256@}, {id: @issuing@, streams: [db]}] | P256 | OK | -
an authority between that signs no CMS     | root.pem            | keys: [{id: @root@}, {id: @issuing@, schemes: [ed25519]}] | CHAIN | UNTRUSTED | schemes
an authority between till long ago         | root.pem            | keys: [{id: @root@}, {id: @issuing@, not_after: 2020-01-01T00:00:00Z}] | CHAIN | UNTRUSTED | not_after
an authority between from far ahead on     | root.pem            | keys: [{id: @root@}, {id: @issuing@, not_before: 2090-01-01T00:00:00Z}] | CHAIN | UNTRUSTED | not_before
a revoked authority                        | issuing.pem         | revoked_keys: [{id: @issuing@}]           | P256 | REVOKED  | revoked_keys
a revoked authority between, in the signature | root.pem           | revoked_keys: [{id: @issuing@}]           | CHAIN | REVOKED | revoked_keys
a revoked authority between, on the host   | root.pem issuing.pem | revoked_keys: [{id: @issuing@}]         | P256 | REVOKED  | revoked_keys
a revoked root above an authority          | issuing.pem         | revoked_keys: [{id: @root@}]              | P256 | OK       | -
a revoked root                             | root.pem            | revoked_keys: [{id: @root@}]              | CHAIN | REVOKED | revoked_keys
a revoked key under an authority           | issuing.pem         | revoked_keys: [{id: @p256@}]              | P256 | REVOKED  | revoked_keys
one key under two certificates             | p256.pem again.pem  | threshold: 2                              | P256 | THRESHOLD | threshold
one key under another certificate          | p256.pem            | -                                         | AGAIN | OK      | -
one key under a certificate and bare       | p256.pub p256.pem issuing.pem | threshold: 2                    | P256 | THRESHOLD | threshold
two keys of one authority                  | issuing.pem         | threshold: 2                              | P256RSA | OK    | -
two keys of one authority that is listed   | issuing.pem         | threshold: 2; keys: [{id: @issuing@}]     | P256RSA | OK    | -
two keys of one that is not at hand        | root.pem            | threshold: 2; keys: [{id: @issuing@}]     | CHAIN | THRESHOLD | threshold
two keys, one certificate expired          | issuing.pem         | threshold: 2                              | P256OLD | THRESHOLD | threshold
both schemes, as required                  | a.pub issuing.pem   | threshold: 2; required_schemes: [ed25519, cms] | AP256 | OK | -
both schemes required, one is by a stranger | a.pub              | required_schemes: [ed25519, cms]          | AP256 | THRESHOLD | required_schemes
EOT
[ "$cases" -ge 60 ] || echo "only $cases cases" | ok "the table has at least 60 cases"

# What verify prints of each signature.
machine 'a.pub b.pub' 'threshold: 2; revoked_keys: [{id: @b@, reason: lost}]'
{
	try THRESHOLD verify --root m AB.lpb
	says "$err" "^  signature ${id[a]}  ed25519  valid|^  signature ${id[a]}  ed25519  good"
	says "$err" "^  signature ${id[b]}  ed25519  revoked: the key is revoked: lost"
	says "$err" 'error: AB\.lpb: 1 of 2 trusted keys .*\(rule threshold of m/etc/lppack/policy\.yaml\)'
} | ok "verify tells how each signature is judged"
{
	try THRESHOLD verify --json --root m AB.lpb
	json "['files'][0]['rule']" "'threshold'"
	json "['files'][0]['error']['name']" "'THRESHOLD'"
	json "['files'][0]['signatures'].__len__()" 2
} | ok "and so does its JSON"
printf '%s\n' 'format: 1' 'version: 1' 'created: 2026-01-01T00:00:00Z' 'threshold: 2' > two.yaml
refused "--policy in the installed one's place" THRESHOLD 'A\.lpb: 1 of 2' 'trust test' verify --keys a.pub --policy two.yaml A.lpb
works "--policy that is met" verify -q --keys a.pub --keys b.pub --policy two.yaml AB.lpb
chmod g+w two.yaml
refused "--policy that others can change" UNSAFE_FILE 'two\.yaml: can be changed by its group \(mode 0664\)' "run: chmod go-w two.yaml" \
	verify --keys a.pub --policy two.yaml A.lpb
refused "--policy that is not there" IO 'none: cannot be opened' 'check the path' verify --keys a.pub --policy none A.lpb
chmod g-w two.yaml

# The keys that may sign policies bound what an authority vouches for, too.
if [ -n "$have_pki" ]; then
	printf '%s\n' 'format: 1' 'version: 2' "created: $(date -u +%FT%TZ)" > next.yaml
	lppack trust sign --key p256.key --cert p256.pem --chain p256.chain next.yaml > /dev/null || exit 99
	machine root.pem 'keys: [{id: @root@}]; update: {keys: [@root@]}'
	works "an authority that may sign policies" trust test --root m next.yaml
	machine root.pem 'keys: [{id: @root@}, {id: @issuing@}]; update: {keys: [@root@]}'
	refused "an authority between that may not sign policies" UNTRUSTED 'next\.yaml: .*rule update.*: the authority .* above the key may not sign policies' '' trust update --root m next.yaml
fi

# Files that decide, and that others can change.
for what in etc/lppack/keys.d/a.pub etc/lppack/keys.d etc/lppack/policy.yaml etc/lppack/crls.d; do
	machine a.pub 'threshold: 1'
	chmod g+w "m/$what"
	refused "writable by its group: $what" UNSAFE_FILE "m/$what: can be changed by its group" "chmod go-w m/$what" \
		verify --root m A.lpb
done
# Who can rename what is above decides as well.
for what in m m/etc m/etc/lppack; do
	machine 'a.pub' 'threshold: 1'
	chmod g+w $what
	refused "a directory above that its group can change: $what" UNSAFE_FILE 'm/etc/lppack(/keys\.d)?: a directory above it can be changed by its group' 'namei -l' \
		verify --root m A.lpb
	chmod 0757 $what
	refused "a directory above that everybody can change: $what" UNSAFE_FILE 'm/etc/lppack(/keys\.d)?: a directory above it can be changed by everybody' \
		'namei -l' verify --root m A.lpb
	if [ $what != m/etc/lppack ]; then
		chmod 1777 $what
		works "a directory above that only owners rename in: $what" verify -q --root m A.lpb
	fi
	chmod 0755 $what
	if [ "$(id -u)" = 0 ]; then
		chown 65534 $what
		refused "a directory above of somebody else: $what" UNSAFE_FILE 'm/etc/lppack(/keys\.d)?: a directory above it can be changed by its owner' \
			'namei -l' verify --root m A.lpb
		chown 0 $what
	fi
done
machine a.pub -
chmod o+w m/etc/lppack/keys.d/a.pub
refused "writable by everybody" UNSAFE_FILE 'm/etc/lppack/keys.d/a.pub: can be changed by everybody \(mode 0646\)' 'chmod go-w' verify --root m A.lpb

done_testing
