#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disk images as a power cut would leave them, from a log of writes.

The log is what QEMU's blklogwrites driver records (the format of the kernel's dm-log-writes,
drivers/md/dm-log-writes.c): a superblock, then one header sector for each request, followed by its data.
"""
import argparse
import os
import random
import struct

MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8


class Write:
    """One request: where it goes and where its data stand in the log."""

    def __init__(self, sector, sectors, flags, at):
        self.sector = sector
        self.sectors = sectors
        self.flags = flags
        self.at = at


class Log:
    def __init__(self, path):
        self.file = open(path, 'rb')
        magic, version, _entries, self.sector_size = struct.unpack('<QQQI', self.file.read(28))
        if magic != MAGIC or version != 1:
            raise SystemExit(f'{path}: no log of writes')
        self.writes = list(self._entries(os.path.getsize(path)))

    def _entries(self, end):
        """Up to the end of the file: the superblock's count is that of the last flush only."""
        at = self.sector_size
        while at + self.sector_size <= end:
            self.file.seek(at)
            sector, sectors, flags, _data = struct.unpack('<QQQQ', self.file.read(32))
            at += self.sector_size
            yield Write(sector, sectors, flags, at)
            if not flags & DISCARD:
                at += sectors * self.sector_size

    def apply(self, write, image):
        """Does one request to an image that is open for writing."""
        size = write.sectors * self.sector_size
        if not size or write.flags & DISCARD:
            return
        self.file.seek(write.at)
        image.seek(write.sector * self.sector_size)
        image.write(self.file.read(size))

    def prefix(self, before, n, out, drop=()):
        """The image after the first n requests, without those whose numbers are in drop."""
        copy_sparse(before, out)
        with open(out, 'r+b') as image:
            for i, write in enumerate(self.writes[:n]):
                if i not in drop:
                    self.apply(write, image)

    def data_writes(self):
        """Numbers of the requests that change something."""
        return [i for i, w in enumerate(self.writes) if w.sectors and not w.flags & DISCARD]

    def unsettled(self, n):
        """Requests before number n that no flush has made durable: a cut may lose any of them."""
        last = 0
        for i, write in enumerate(self.writes[:n]):
            if write.flags & FLUSH:
                last = i
        return [i for i in range(last, n) if self.writes[i].sectors and not self.writes[i].flags & (FUA | DISCARD)]


def copy_sparse(source, target):
    block = 1 << 20
    with open(source, 'rb') as a, open(target, 'wb') as b:
        while data := a.read(block):
            if data.count(0) == len(data):
                b.seek(len(data), os.SEEK_CUR)
            else:
                b.write(data)
        b.truncate(a.tell())


def cuts(log, count, seed):
    """(number of requests, numbers that are lost on the way): evenly spread, every other one losing some of what was
    still in the disk's cache."""
    numbers = log.data_writes()
    source = random.Random(seed)
    step = max(1.0, len(numbers) / count)
    at = [numbers[int(i * step)] + 1 for i in range(min(count, len(numbers)))]
    for i, n in enumerate(at):
        loose = log.unsettled(n)
        lost = {k for k in loose if source.random() < 0.5} if i % 2 and len(loose) > 1 else set()
        yield n, lost


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('before', help='image as it was when the log began')
    parser.add_argument('log')
    parser.add_argument('out', help='folder for the images, cut-NUMBER.raw')
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    log = Log(options.log)
    lossy = 0
    made = 0
    for n, lost in cuts(log, options.count, options.seed):
        log.prefix(options.before, n, os.path.join(options.out, f'cut-{n:05}.raw'), lost)
        lossy += bool(lost)
        made += 1
    print(f'{made} cuts in {len(log.data_writes())} writes, {lossy} of them with a loss in the cache')


if __name__ == '__main__':
    main()
