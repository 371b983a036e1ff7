/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * What a machine trusts: its keys, its policy (lppack-policy(5)), and how a bundle is judged by them.
 *
 * A root is NULL or "/" for this machine, or a directory with another machine's /etc and /usr. All maps that functions
 * return are to be freed with lppack_value_free().
 */
#ifndef LPPACK_TRUST_H
#define LPPACK_TRUST_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/keys.h>
#include <lppack/value.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The administrator's policy. If it exists, the vendor's does not count. @since 0.1 */
#define LPPACK_POLICY_ADMIN "/etc/lppack/policy.yaml"
/** The vendor's policy. @since 0.1 */
#define LPPACK_POLICY_VENDOR "/usr/lib/lppack/policy.yaml"

/**
 * Sets the policy of a keyring, and adds the keys that the policy has and the revocation lists of the directory that it
 * names (/etc/lppack/crls.d if it names none). Call it at most once for a keyring.
 *
 * @param keyring  the keyring
 * @param path     path of the policy
 * @param err      receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_POLICY: it is malformed
 *         - LPPACK_E_KEY: a file in the directory is no revocation list
 *         - LPPACK_E_UNSAFE_FILE: it, or a revocation list, can be changed by others
 *         - LPPACK_E_IO: it, or a revocation list, cannot be read
 *         - LPPACK_E_LIMIT: a file is too large
 * @since 0.1
 */
int lppack_keyring_set_policy(struct lppack_keyring *keyring, const char *path, struct lppack_error *err);

/**
 * Describes how the signatures of a bundle are judged, also if the bundle is refused. Nothing but the signatures is
 * verified.
 *
 * The map:
 *
 *     trusted     whether lppack_bundle_verify() takes its signatures
 *     verdict     OK, or the name of the error: UNTRUSTED, THRESHOLD, REVOKED, BAD_SIGNATURE, ...
 *     rule        the rule of lppack-policy(5) that refused; absent if none did
 *     reason      the message of the error; absent if trusted
 *     good        number of distinct keys whose signatures count
 *     threshold   how many are needed
 *     policy      the file that the rules are from; absent without one
 *     signatures  list of {id, scheme, status, reason}; status is good, unknown-key, revoked, outside-window,
 *                 not-allowed, wrong-chain, malformed or unsupported, or valid where the bundle was refused before its
 *                 manifest was read
 *     warnings    what takes no trust away, if the keyring is what is installed: as of lppack_trust_describe()
 *
 * @param bundle   an opened bundle
 * @param keyring  whom to trust
 * @param err      receives the error
 * @return the map; NULL on failure:
 *         - LPPACK_E_NO_MEMORY: out of memory
 * @since 0.1
 */
struct lppack_value *lppack_bundle_judge(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
					 struct lppack_error *err);

/**
 * Describes how the signatures of a policy file are judged by lppack_trust_update(). The map is as that of
 * lppack_bundle_judge(), and has the file's "version" and the installed policy's as "from".
 *
 * @param path  path of the policy
 * @param root  of the machine
 * @param err   receives the error
 * @return the map; NULL on failure:
 *         - LPPACK_E_POLICY: the file, or the installed policy, is malformed
 *         - LPPACK_E_KEY, LPPACK_E_UNSAFE_FILE: as of lppack_keyring_add_default()
 *         - LPPACK_E_STRUCTURE: FILE.sigs/ has a file that is not named KEYID.SCHEME
 *         - LPPACK_E_IO: a file cannot be read
 *         - LPPACK_E_LIMIT: a file is too large, or FILE.sigs/ has too many
 * @since 0.1
 */
struct lppack_value *lppack_policy_judge(const char *path, const char *root, struct lppack_error *err);

/**
 * Describes what a machine trusts.
 *
 * @param root  of the machine
 * @param err   receives the error
 * @return a map: "keys", "policy", "crls" and "warnings", as lppack-trust(1), JSON, describes them. NULL on failure,
 *         with a code of lppack_keyring_add_default(), except that a machine without keys has an empty list
 * @since 0.1
 */
struct lppack_value *lppack_trust_describe(const char *root, struct lppack_error *err);

/**
 * Installs a public key or certificate into /etc/lppack/keys.d, mode 0644, after it was parsed; atomically and never
 * over another file.
 *
 * @param root  of the machine
 * @param path  path of the key
 * @param name  name of the file there; NULL: the last part of path
 * @param err   receives the error
 * @return a map: "id", "kind", "algorithm" and "file", and for a certificate "subject", "valid_from" and "valid_until";
 *         "revoked_by" if the policy or a revocation list revokes the key.
 *         NULL on failure:
 *         - LPPACK_E_EXISTS: there is a file of that name
 *         - LPPACK_E_KEY: it is not one public key or certificate
 *         - LPPACK_E_USAGE: the name does not end in .pub or .pem
 *         - LPPACK_E_UNSAFE_FILE: the directory can be changed by others
 *         - LPPACK_E_PRIVILEGE, LPPACK_E_IO, LPPACK_E_NO_SPACE: a file cannot be read or written
 * @since 0.1
 */
struct lppack_value *lppack_trust_add(const char *root, const char *path, const char *name, struct lppack_error *err);

/**
 * Ends the trust in a key. The administrator's file is removed. The vendor's is masked by a link to /dev/null in the
 * administrator's directory. Then the machine is judged again.
 *
 * @param root  of the machine
 * @param what  the name of a file in keys.d, or a key id, which means every file with that key
 * @param err   receives the error
 * @return a map: "removed" and "masked", lists of files; "still", a list of what makes the key count all the same: {id,
 *         by (file, policy or authority), file, end (what to run or to change)}; "left", the number of keys that are
 *         trusted now, or "unjudged", why these cannot be said. NULL on failure:
 *         - LPPACK_E_NO_KEYS: there is no such key
 *         - LPPACK_E_USAGE: it is neither a key id nor a name that ends in .pub or .pem
 *         - LPPACK_E_KEY, LPPACK_E_UNSAFE_FILE: as of lppack_keyring_add_default()
 *         - LPPACK_E_PRIVILEGE, LPPACK_E_IO: a file cannot be read or changed
 * @since 0.1
 */
struct lppack_value *lppack_trust_remove(const char *root, const char *what, struct lppack_error *err);

/**
 * Installs the next policy of a machine.
 *
 * Its version must be the one after the installed policy's, and the signatures in FILE.sigs/ must fulfil the rule for
 * updates of the installed policy and its own. Several paths are a chain of versions: all are installed, or none. The
 * earlier policy stays as policy.yaml.VERSION.
 *
 * @param root   of the machine
 * @param paths  paths of the policies, in order
 * @param n      their number
 * @param err    receives the error
 * @return a map: "from", "to", "file", "kept", "signatures". NULL on failure:
 *         - LPPACK_E_UNTRUSTED, LPPACK_E_THRESHOLD, LPPACK_E_REVOKED, LPPACK_E_BAD_SIGNATURE: the signatures are not
 *           enough
 *         - LPPACK_E_DOWNGRADE: the version is not higher, or it was created before the one that it follows
 *         - LPPACK_E_POLICY: it is malformed, or its version does not follow directly
 *         - LPPACK_E_EXPIRED, LPPACK_E_CLOCK: it has expired, or was created in the future
 *         - LPPACK_E_STATE: the policy that was in use is gone
 *         - LPPACK_E_STRUCTURE, LPPACK_E_LIMIT: FILE.sigs/ has a file that is not named KEYID.SCHEME, or too many files
 *         - LPPACK_E_BUSY: another lppack is at work
 *         - LPPACK_E_PRIVILEGE, LPPACK_E_IO, LPPACK_E_NO_SPACE: a file cannot be read or written
 * @since 0.1
 */
struct lppack_value *lppack_trust_update(const char *root, const char *const *paths, size_t n,
					 struct lppack_error *err);

/**
 * Signs a policy file: writes PATH.sigs/KEYID.SCHEME.
 *
 * @param path    path of the policy
 * @param signer  signs it
 * @param err     receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_SIGNED: that file exists
 *         - LPPACK_E_POLICY: the file is no policy
 *         - LPPACK_E_KEY: the signer fails
 *         - LPPACK_E_IO, LPPACK_E_NO_SPACE: a file cannot be read or written
 * @since 0.1
 */
int lppack_policy_sign(const char *path, const struct lppack_signer *signer, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
