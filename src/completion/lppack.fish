# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for lppack(1)

complete -c lppack -f

complete -c lppack -n __fish_use_subcommand -s h -l help -d 'print help'
complete -c lppack -n __fish_use_subcommand -s V -l version -d 'print the version'

complete -c lppack -n __fish_use_subcommand -a keygen -d 'make a key pair that signs bundles'
complete -c lppack -n __fish_use_subcommand -a inspect -d 'tell all that a livepatch module\'s file tells'
complete -c lppack -n __fish_use_subcommand -a create -d 'pack livepatch modules into a signed bundle'
complete -c lppack -n __fish_use_subcommand -a verify -d 'verify bundles against the trusted keys'
complete -c lppack -n __fish_use_subcommand -a show -d 'describe a bundle, verified if the keys allow'
complete -c lppack -n __fish_use_subcommand -a diff -d 'tell what changes from one bundle or module to another'
complete -c lppack -n __fish_use_subcommand -a extract -d 'write one kernel\'s verified module into a directory'
complete -c lppack -n __fish_use_subcommand -a apply -d 'put a bundle\'s livepatch for the running kernel in force'
complete -c lppack -n __fish_use_subcommand -a status -d 'show the livepatches that are in force'
complete -c lppack -n __fish_use_subcommand -a help -d 'list the verbs, or explain one'

complete -c lppack -n '__fish_seen_subcommand_from keygen' -s o -l output -r -F -d 'write NAME.key and NAME.pub'
complete -c lppack -n '__fish_seen_subcommand_from keygen' -l json -d 'print JSON'
complete -c lppack -n '__fish_seen_subcommand_from keygen' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from inspect' -F
complete -c lppack -n '__fish_seen_subcommand_from inspect' -l strict -d 'fail with the first finding that is an error'
complete -c lppack -n '__fish_seen_subcommand_from inspect' -l json -d 'print JSON'
complete -c lppack -n '__fish_seen_subcommand_from inspect' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from create' -F
complete -c lppack -n '__fish_seen_subcommand_from create' -s o -l output -r -F -d 'write the bundle here'
complete -c lppack -n '__fish_seen_subcommand_from create' -l key -r -F -d 'sign with this private key'
complete -c lppack -n '__fish_seen_subcommand_from create' -s C -l directory -x -a '(__fish_complete_directories)' -d 'what paths of the spec are relative to'
complete -c lppack -n '__fish_seen_subcommand_from create' -s T -l threads -x -d 'compress with N threads'
complete -c lppack -n '__fish_seen_subcommand_from create' -l level -x -d 'zstd level'
complete -c lppack -n '__fish_seen_subcommand_from create' -l independent -d 'let every module stand alone'
complete -c lppack -n '__fish_seen_subcommand_from create' -l supersedes -r -F -d 'refuse to lose anything of this bundle'
complete -c lppack -n '__fish_seen_subcommand_from create' -s k -l keys -r -F -d 'verify that bundle by these keys'
complete -c lppack -n '__fish_seen_subcommand_from create' -s f -l force -d 'replace an existing output'
complete -c lppack -n '__fish_seen_subcommand_from create' -l stream -x -d 'without a spec: the stream'
complete -c lppack -n '__fish_seen_subcommand_from create' -l serial -x -d 'without a spec: the serial'
complete -c lppack -n '__fish_seen_subcommand_from create' -l bundle-version -x -d 'without a spec: the version for people'
complete -c lppack -n '__fish_seen_subcommand_from create' -l expires -x -d 'without a spec: when it expires'
complete -c lppack -n '__fish_seen_subcommand_from create' -l module -r -F -d 'without a spec: a module'
complete -c lppack -n '__fish_seen_subcommand_from create' -l kernel -r -F -d 'without a spec: the kernel of the module before'
complete -c lppack -n '__fish_seen_subcommand_from create' -l json -d 'print JSON'
complete -c lppack -n '__fish_seen_subcommand_from create' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from verify' -F
complete -c lppack -n '__fish_seen_subcommand_from verify' -l kernel -r -F -d 'verify what this kernel needs only'
complete -c lppack -n '__fish_seen_subcommand_from verify' -l supersedes -r -F -d 'verify also that nothing of this bundle is lost'
complete -c lppack -n '__fish_seen_subcommand_from verify' -s k -l keys -r -F -d 'trust these keys'
complete -c lppack -n '__fish_seen_subcommand_from verify' -l root -x -a '(__fish_complete_directories)' -d 'root of another machine'
complete -c lppack -n '__fish_seen_subcommand_from verify' -s q -l quiet -d 'print errors and warnings only'
complete -c lppack -n '__fish_seen_subcommand_from verify' -l json -d 'print JSON'
complete -c lppack -n '__fish_seen_subcommand_from verify' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from show' -F
complete -c lppack -n '__fish_seen_subcommand_from show' -l kernels -d 'list each kernel'
complete -c lppack -n '__fish_seen_subcommand_from show' -s k -l keys -r -F -d 'trust these keys'
complete -c lppack -n '__fish_seen_subcommand_from show' -l root -x -a '(__fish_complete_directories)' -d 'root of another machine'
complete -c lppack -n '__fish_seen_subcommand_from show' -l json -d 'print JSON'
complete -c lppack -n '__fish_seen_subcommand_from show' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from diff' -F
complete -c lppack -n '__fish_seen_subcommand_from diff' -l strict -d 'fail unless NEW supersedes OLD'
complete -c lppack -n '__fish_seen_subcommand_from diff' -s k -l keys -r -F -d 'trust these keys'
complete -c lppack -n '__fish_seen_subcommand_from diff' -l root -x -a '(__fish_complete_directories)' -d 'root of another machine'
complete -c lppack -n '__fish_seen_subcommand_from diff' -l json -d 'print JSON'
complete -c lppack -n '__fish_seen_subcommand_from diff' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from extract' -F
complete -c lppack -n '__fish_seen_subcommand_from extract' -l kernel -r -F -d 'the kernel whose module is wanted'
complete -c lppack -n '__fish_seen_subcommand_from extract' -s o -l output -x -a '(__fish_complete_directories)' -d 'write the module into this directory'
complete -c lppack -n '__fish_seen_subcommand_from extract' -s k -l keys -r -F -d 'trust these keys'
complete -c lppack -n '__fish_seen_subcommand_from extract' -l root -x -a '(__fish_complete_directories)' -d 'root of another machine'
complete -c lppack -n '__fish_seen_subcommand_from extract' -s f -l force -d 'replace an existing file'
complete -c lppack -n '__fish_seen_subcommand_from extract' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from apply' -F
complete -c lppack -n '__fish_seen_subcommand_from apply' -l replace -d 'supersede the livepatches that are in force'
complete -c lppack -n '__fish_seen_subcommand_from apply' -l timeout -x -d 'reverse a transition that takes longer'
complete -c lppack -n '__fish_seen_subcommand_from apply' -s n -l dry-run -d 'tell, but change nothing'
complete -c lppack -n '__fish_seen_subcommand_from apply' -s k -l keys -r -F -d 'trust these keys'
complete -c lppack -n '__fish_seen_subcommand_from apply' -l root -x -a '(__fish_complete_directories)' -d 'root of another machine'
complete -c lppack -n '__fish_seen_subcommand_from apply' -l json -d 'print JSON'
complete -c lppack -n '__fish_seen_subcommand_from apply' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from status' -l root -x -a '(__fish_complete_directories)' -d 'root of another machine'
complete -c lppack -n '__fish_seen_subcommand_from status' -l json -d 'print JSON'
complete -c lppack -n '__fish_seen_subcommand_from status' -s h -l help -d 'print help'

complete -c lppack -n '__fish_seen_subcommand_from help' -a 'keygen inspect create verify show diff extract apply status help'
complete -c lppack -n '__fish_seen_subcommand_from help' -s h -l help -d 'print help'
