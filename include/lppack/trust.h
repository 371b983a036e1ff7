/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * The trust of a machine: its keys, its policy (lppack-policy(5)), and how a bundle is judged by them. root is NULL for
 * this machine, or the directory that holds another machine's /etc and /usr. All descriptions are maps, to be freed
 * with lppack_value_free().
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

/** Where the policy is by default; the first one that is there counts alone. */
#define LPPACK_POLICY_ADMIN "/etc/lppack/policy.yaml"
/** The second of them. */
#define LPPACK_POLICY_VENDOR "/usr/lib/lppack/policy.yaml"

/**
 * Takes the rules from a policy file; at most once a keyring.
 *
 * @param keyring  to rule
 * @param path     of the policy
 * @param err      receives the error
 * @return 0, or a negative code: LPPACK_E_POLICY, LPPACK_E_UNSAFE_FILE, LPPACK_E_IO
 * @since 0.1
 */
int lppack_keyring_set_policy(struct lppack_keyring *keyring, const char *path, struct lppack_error *err);

/**
 * How a bundle is judged, also if it is refused; nothing is verified beyond its signatures:
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
 *
 * @param bundle   an opened bundle
 * @param keyring  by which it is judged
 * @param err      receives the error
 * @return the map; NULL: LPPACK_E_NO_MEMORY
 * @since 0.1
 */
struct lppack_value *lppack_bundle_judge(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
					 struct lppack_error *err);

/**
 * The same of a policy file, as lppack_trust_update() would judge it; its "version" and the installed "from" beside.
 *
 * @param path  of the policy
 * @param root  of the machine
 * @param err   receives the error
 * @return the map, or NULL on failure
 * @since 0.1
 */
struct lppack_value *lppack_policy_judge(const char *path, const char *root, struct lppack_error *err);

/**
 * What the machine trusts.
 *
 * @param root  of the machine
 * @param err   receives the error
 * @return a map: "keys" (id, kind, file, name, masked, revoked), "policy" (file, version, threshold, ...). NULL where
 *         lppack_keyring_add_default() fails, except that a machine without keys has an empty list
 * @since 0.1
 */
struct lppack_value *lppack_trust_describe(const char *root, struct lppack_error *err);

/**
 * Installs a public key or certificate into /etc/lppack/keys.d, mode 0644, after it was parsed; atomically and never
 * over another file.
 *
 * @param root  of the machine
 * @param path  of the key
 * @param name  of the file there; NULL: the last part of path
 * @param err   receives the error
 * @return a map: "id", "file"; NULL on failure: LPPACK_E_EXISTS, LPPACK_E_KEY, LPPACK_E_IO, LPPACK_E_USAGE
 * @since 0.1
 */
struct lppack_value *lppack_trust_add(const char *root, const char *path, const char *name, struct lppack_error *err);

/**
 * Ends the trust in a key. A file of the administrator's is removed; one of the vendor's is masked by a link to
 * /dev/null.
 *
 * @param root  of the machine
 * @param what  a file's name in keys.d or a key id, which means every file with that key
 * @param err   receives the error
 * @return a map: "removed" and "masked", lists of files; NULL on failure: LPPACK_E_NO_KEYS if there is none
 * @since 0.1
 */
struct lppack_value *lppack_trust_remove(const char *root, const char *what, struct lppack_error *err);

/**
 * Installs the next policy: its version follows the installed one's directly, and the signatures in FILE.sigs/ meet
 * both the installed policy's rule for updates and its own. Several paths are a chain, installed as one: all or none.
 * The one before stays as policy.yaml.VERSION.
 *
 * @param root   of the machine
 * @param paths  of the policies, in order
 * @param n      their number
 * @param err    receives the error
 * @return a map: "from", "to", "file", "kept", "signatures"; NULL on failure:
 *         LPPACK_E_UNTRUSTED, LPPACK_E_THRESHOLD, LPPACK_E_REVOKED, LPPACK_E_BAD_SIGNATURE: too few may sign it so
 *         LPPACK_E_DOWNGRADE: no higher version
 *         LPPACK_E_POLICY: it is no policy, or a version that does not follow directly
 *         LPPACK_E_BUSY: another lppack holds the machine's lock
 * @since 0.1
 */
struct lppack_value *lppack_trust_update(const char *root, const char *const *paths, size_t n,
					 struct lppack_error *err);

/**
 * Signs a policy file: writes PATH.sigs/KEYID.SCHEME.
 *
 * @param path    of the policy
 * @param signer  by which it is signed
 * @param err     receives the error
 * @return 0, or a negative code: LPPACK_E_SIGNED if that file exists; LPPACK_E_POLICY if it is no policy
 * @since 0.1
 */
int lppack_policy_sign(const char *path, const struct lppack_signer *signer, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
