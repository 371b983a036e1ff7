# SPDX-License-Identifier: LGPL-2.1-or-later
# bash looks the file up by the name of the command.
bashcompletion_DATA = src/completion/lppack
dist_zshcompletion_DATA = src/completion/_lppack
dist_fishcompletion_DATA = src/completion/lppack.fish
EXTRA_DIST += src/completion/lppack.bash
CLEANFILES += src/completion/lppack

src/completion/lppack: src/completion/lppack.bash
	$(AM_V_GEN)$(MKDIR_P) src/completion && cp $(top_srcdir)/src/completion/lppack.bash $@
