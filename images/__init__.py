"""Images: what a language is, made into a read-only root file system that containers run in.

Theory of operation
-------------------

1. **Definition.** ``images/<name>/image.toml`` says which Debian packages an image has, which
   languages they bring (how to compile and run one), under which limits by default, and with which
   program each language proves that it works. ``loading`` checks every key; ``definition`` is the
   checked form; one may extend another (``extending``). ``facts.toml`` beside it has the programs of
   ``facts``. Other directories with definitions can be given.

2. **Build** (``build``). Under the store's lock, in a staging directory of the store:
   ``mmdebstrap`` installs the packages by name from this machine's own package sources for the
   image's suite (``mmdebstrap``, ``apt_sources``), and npm fetches what is pinned (``npm_packages``);
   the definition's commands run in a chroot (``chroot``), without a network; what the definition does
   not want is deleted; ``normalise`` makes an image of it: readable by all, no privilege bits, no
   devices, nothing of this machine, empty mount points. Then the version of each language is asked for.

3. **Store** (``store``, ``manifest``, ``tree``). The tree is hashed; tree and definition together
   give the image's digest. The staging directory is renamed to ``sha256-<hex>``, the caller's
   self-test runs its hello programs in real containers, and only then a small file under ``names/``
   lets the name mean the new digest (``publishing``). Up to that moment the old image serves. An
   image that has lost its name is deleted when nobody holds it (``ImageStore.hold``).

4. **Catalog** (``catalog``). From a language's name or alias to an image and a language, for the
   worker and for ``GET /languages``.

5. **Import** (``importing``). An OCI image of somebody else's becomes one of ours: ``skopeo`` fetches it
   (``oci``), a process without privileges whose root is the new tree unpacks its layers (``unpack``), and
   from there on it goes the way of a build. Nothing of it is run but in a container, by the self-test.
   The layers are unpacked by code of our own and not by ``umoci``, which has no limit on sizes, makes
   devices, keeps owners and setuid bits, and does it all as root.

6. **In use** (``residency``, ``page_cache``, ``watch``, ``canary``). The files of an image are read into
   memory when it is used for the first time, and let go when others need the room; what sits in a slot
   is compared with the disk, a piece at a time.

A build that fails or is killed leaves a staging directory at most. The builder's children hold the
lock too, so the next one waits until they are gone, then deletes it.

An image is built again when its ``fingerprint`` changes: a hash of the definition and of the
recipe's version. If only limits, texts or run commands changed, the new image shares the old one's
files by hard links.

What the runtime may rely on is listed in ``normalise``.

Why a tree and not one file
---------------------------

The Python image on a 2-core machine (Linux 6.18, a virtual disk, busy with other work, so the least
of 15 to 20 are given; ``python -m tests.bench.one_file`` measures again). "first" is the CPU time
of a small program when nothing of the image is in memory, "later" with all of it there; loop
devices read past the page cache.

    form               disk     copied   boot     first   later   in memory, all read
    tree               143 MB   21 s     55 ms    39 ms   33 ms   144 MB
    erofs, from file   133 MB   0.4 s    45 ms    54 ms   48 ms   144 MB and the file's 133 MB
    erofs, loop        133 MB   0.3 s    32 ms    42 ms   35 ms   144 MB
    erofs lz4hc, loop   66 MB   0.1 s    30 ms    40 ms   32 ms   144 MB
    squashfs lz4        54 MB   0.5 s   100 ms    49 ms   48 ms   144 MB
    squashfs zstd       42 MB   0.1 s    98 ms    91 ms   63 ms   144 MB

One file is half as large and copied in no time, where a tree is thousands of small files to write,
and what slots share is the same. But runs are no faster, and the forms that are smaller cannot be
read past the page cache (O_DIRECT is EINVAL), which is how ``canary`` notices that a file in memory
has been tampered with. Erofs without compression can, and saves 7 %. It takes a loop device for
each image in each worker, which pods often have none of, or from Linux 6.12 on none and twice the
memory. So the store holds trees.

What is not protected
---------------------

- Building trusts the definition and the packages: their scripts run as root, the packages' with the
  host's network. Build on a machine and from sources that you trust.
- Of an imported image, all that its programs could read is open to every program: files that only one
  user could read are readable by all afterwards. An image must hold no secrets.
- The store trusts root: files are protected by ownership, not by hashing them again at each start. Whoever
  doubts them calls ``sandbox images verify`` (``verification``), which does hash them.
- The digest names what was built; it does not promise that another day's mirror gives the same.
  Of one mirror's state it is the same each time, but for ``mono``, whose ahead-of-time code has random
  names in it, and ``jvm``, whose trust store says when it was made and whose archives of loaded classes
  differ.

``images`` imports ``runtime.limits`` and nothing else of the project.
"""
