#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What verifies asks no configuration of OpenSSL's: the environment, and openssl.cnf, decide nothing and load nothing.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test
use_host m 6.1.0-1-test
lppack install --no-apply --root h b.lpb > /dev/null 2>&1 || exit 99

# A configuration by which nothing would verify, as no digest has the property; and code that it would load.
cat > evil.cnf << EOF
openssl_conf = openssl_init
[openssl_init]
alg_section = evp
providers = providers
engines = engines
[evp]
default_properties = fips=yes
[providers]
evil = evil
[evil]
module = $PWD/evil.so
activate = 1
[engines]
evil = engine
[engine]
dynamic_path = $PWD/evil.so
default_algorithms = ALL
EOF
mkdir modules
export OPENSSL_CONF=$PWD/evil.cnf OPENSSL_MODULES=$PWD/modules OPENSSL_ENGINES=$PWD/modules
export SSL_CERT_FILE=$PWD/evil.pem SSL_CERT_DIR=$PWD/modules OPENSSL_CONF_INCLUDE=$PWD/modules
have_strace=
command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null && have_strace=1
[ -n "$have_strace" ] || skip "no file of OpenSSL's is opened" "there is no strace, or it may not trace here"

# unmoved NAME ARGUMENT...: succeeds, and opens neither what the environment names nor any openssl.cnf.
unmoved()
{
	local name=$1

	shift
	{
		try OK "$@"
		if [ -n "$have_strace" ]; then
			ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=%file -o trace "${program[@]}" "$@" > "$out" 2> "$err" < /dev/null
			grep -E 'evil|openssl\.cnf|ossl-modules|engines-|"'"$PWD"'/modules' trace
		fi
	} | ok "$name"
}

unmoved verify verify -q --keys key.pub b.lpb
unmoved "verify by the installed keys" verify --root h b.lpb
unmoved show show --root h b.lpb
unmoved inspect inspect livepatch_7-1.ko
unmoved diff diff --keys key.pub b.lpb b.lpb
unmoved extract extract --force --keys key.pub --kernel vmlinuz-6.1.0-1-test b.lpb -o .
unmoved install install --no-apply --root m b.lpb
unmoved "apply --dry-run" apply --dry-run --root h b.lpb
unmoved status status --root h
unmoved "trust list" trust list --root h
unmoved "trust test" trust test --root h b.lpb
unmoved "trust add" trust add --root m --name "other-$RANDOM.pub" key.pub

# Where keys are opened, the user's configuration is wanted: with this one there is no key.
{ try INTERNAL keygen -o made; says "$err" 'a key of type ed25519 cannot be made'; } | ok "keygen asks the configuration"
{ try KEY create spec.yaml --key key.key -o made.lpb; says "$err" 'key\.key: not an unencrypted PEM private key'; } | ok "so does a key that signs"

if ! command -v openssl > /dev/null; then
	skip "certificates" "there is no openssl"
	done_testing
	exit
fi
unset OPENSSL_CONF
openssl req -x509 -newkey rsa:3072 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 3650 \
	-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nsubjectKeyIdentifier=hash\n' > leaf.ext
for curve in P-256 P-384; do
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:$curve -nodes -keyout $curve.key -out leaf.csr -subj /CN=leaf 2> /dev/null
	openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 3650 -extfile leaf.ext -out $curve.pem 2> /dev/null
done
openssl req -new -newkey rsa:3072 -nodes -keyout rsa.key -out leaf.csr -subj /CN=leaf 2> /dev/null
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 9 -days 3650 -extfile leaf.ext -out rsa.pem 2> /dev/null
touch index
echo 01 > number
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=3650\n' > ca.cnf
openssl ca -config ca.cnf -keyfile ca.key -cert ca.pem -gencrl -out ca.crl 2> /dev/null
mkdir h/etc/lppack/crls.d
cp ca.crl h/etc/lppack/crls.d/
cp ca.pem h/etc/lppack/keys.d/
for key in P-256 P-384 rsa; do
	lppack create spec.yaml --key $key.key --cert $key.pem -o $key.lpb > /dev/null || exit 99
done
export OPENSSL_CONF=$PWD/evil.cnf
for key in P-256 P-384 rsa; do
	unmoved "a certificate of $key, and a revocation list" verify -q --root h $key.lpb
done
unmoved "trust list with certificates" trust list --root h

done_testing
