/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adds a signature that a command makes, as a signing service would: sign_elsewhere BUNDLE PUBLIC-KEY COMMAND. The command
 * finds the message in the file message.bin, and writes 64 bytes of Ed25519 signature to its standard output. */
#include <lppack/lppack.h>
#include <stdio.h>

static int sign_by_command(void *context, const void *message, size_t n, void *signature, size_t room,
			   struct lppack_error *err)
{
	FILE *file = fopen("message.bin", "wb");
	FILE *output;
	size_t got;

	(void)err; /* a callback may set it; the library says that the signer failed where it does not */
	if (!file || fwrite(message, 1, n, file) != n || fclose(file) != 0)
		return -LPPACK_E_IO;
	output = popen(context, "r");
	if (!output)
		return -LPPACK_E_IO;
	got = fread(signature, 1, room, output);
	return pclose(output) == 0 ? (int)got : -LPPACK_E_KEY;
}

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LPPACK_OPTIONS(lppack_signer_options, how, .sign = sign_by_command);
	struct lppack_signer *signer;
	char pem[4096];
	FILE *file;

	if (argc != 4) {
		fprintf(stderr, "usage: sign_elsewhere BUNDLE PUBLIC-KEY COMMAND\n");
		return LPPACK_E_USAGE;
	}
	file = fopen(argv[2], "r");
	if (!file) {
		perror(argv[2]);
		return LPPACK_E_IO;
	}
	how.context = argv[3];
	how.public_key.data = pem;
	how.public_key.size = fread(pem, 1, sizeof(pem), file);
	fclose(file);
	signer = lppack_signer_open(NULL, &how, &err);
	if (signer && lppack_bundle_sign(argv[1], (const struct lppack_signer *const *)&signer, 1, NULL, &err) == 0)
		printf("%s: signed by %s\n", argv[1], lppack_signer_id(signer));
	else
		fprintf(stderr, "sign_elsewhere: %s\n", err.message);
	lppack_signer_free(signer);
	return err.code;
}
