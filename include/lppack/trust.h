/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The trust of a machine: its keys, its policy (lppack-policy(5)), and how a bundle is judged by them. root is NULL for
 * this machine, or the directory that holds another machine's /etc and /usr. All descriptions are maps; free them with
 * lppack_value_free().
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

/* Where the policy is by default; the first one that is there counts alone. */
#define LPPACK_POLICY_ADMIN "/etc/lppack/policy.yaml"
#define LPPACK_POLICY_VENDOR "/usr/lib/lppack/policy.yaml"

/* Takes the rules from a policy file. LPPACK_E_POLICY, UNSAFE_FILE, IO. At most once a ring. */
int lppack_keyring_set_policy(struct lppack_keyring *keyring, const char *path, struct lppack_error *err);

/*
 * How a bundle is judged, also if it is refused; nothing is verified beyond its signatures:
 *
 *   trusted     whether lppack_bundle_verify() takes its signatures
 *   verdict     OK, or the name of the error: UNTRUSTED, THRESHOLD, REVOKED, BAD_SIGNATURE, ...
 *   rule        the rule of lppack-policy(5) that refused; absent if none did
 *   reason      the message of the error; absent if trusted
 *   good        number of distinct keys whose signatures count
 *   threshold   how many are needed
 *   policy      the file that the rules are from; absent without one
 *   signatures  list of {id, scheme, status, reason}; status is good, unknown-key, revoked, outside-window,
 *   not-allowed,
 *               wrong-chain, malformed or unsupported, or valid where the bundle was refused before its manifest was
 *               read
 *
 * NULL only for LPPACK_E_NO_MEMORY.
 */
struct lppack_value *lppack_bundle_judge(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
					 struct lppack_error *err);
/* The same of a policy file, as lppack_trust_update() would judge it; its "version" and the installed "from" beside. */
struct lppack_value *lppack_policy_judge(const char *path, const char *root, struct lppack_error *err);

/*
 * What the machine trusts: "keys" (id, kind, file, name, masked, revoked), "policy" (file, version, threshold, ...).
 * Fails as lppack_keyring_add_default() does, except that a machine without keys has an empty list.
 */
struct lppack_value *lppack_trust_describe(const char *root, struct lppack_error *err);

/*
 * Installs a public key or certificate into /etc/lppack/keys.d, mode 0644, after it was parsed; atomically and never
 * over another file (LPPACK_E_EXISTS). name: of the file there; NULL: the last part of path. LPPACK_E_KEY, IO, USAGE.
 * Returns "id", "file".
 */
struct lppack_value *lppack_trust_add(const char *root, const char *path, const char *name, struct lppack_error *err);
/*
 * Ends the trust in a key: `what` is a file's name in keys.d or a key id, which means every file with that key. A file
 * of the administrator's is removed; one of the vendor's is masked by a link to /dev/null. LPPACK_E_NO_KEYS if there is
 * none. Returns "removed" and "masked": lists of files.
 */
struct lppack_value *lppack_trust_remove(const char *root, const char *what, struct lppack_error *err);
/*
 * Installs the next policy: its version follows the installed one's directly, and the signatures in FILE.sigs/ meet
 * both the installed policy's rule for updates and its own. Several paths are a chain, installed as one: all or none.
 * The one before is kept as policy.yaml.VERSION. LPPACK_E_UNTRUSTED, THRESHOLD, REVOKED, BAD_SIGNATURE, DOWNGRADE (no
 * higher version), POLICY (also for a version that does not follow directly), BUSY (another lppack holds the machine's
 * lock). Returns "from", "to", "file", "kept", "signatures".
 */
struct lppack_value *lppack_trust_update(const char *root, const char *const *paths, size_t n,
					 struct lppack_error *err);
/* Signs a policy file: writes PATH.sigs/KEYID.SCHEME. LPPACK_E_SIGNED if that exists; POLICY if it is no policy. */
int lppack_policy_sign(const char *path, const struct lppack_signer *signer, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
