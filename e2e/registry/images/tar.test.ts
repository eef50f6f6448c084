import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { layerOf } from './blob.ts';
import { tar, type TarEntry } from './tar.ts';

const ENTRIES: readonly TarEntry[] = [
  { type: 'directory', path: 'tmp/', mode: 0o1777 },
  { type: 'file', path: 'bin/tool', mode: 0o755, content: Buffer.alloc(513, 'x') },
  { type: 'symlink', path: 'bin/sh', target: 'tool' },
];

describe('archives for layers', () => {
  it('are what tar reads', () => {
    const { stdout, stderr } = spawnSync('tar', ['--list', '--verbose', '--numeric-owner', '--file=-'], {
      input: tar(ENTRIES),
      env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
    });
    expect(String(stderr)).to.equal('');
    expect(String(stdout).trimEnd().split('\n')).to.deep.equal([
      'drwxrwxrwt 0/0               0 1970-01-01 00:00 tmp/',
      '-rwxr-xr-x 0/0             513 1970-01-01 00:00 bin/tool',
      'lrwxrwxrwx 0/0               0 1970-01-01 00:00 bin/sh -> tool',
    ]);
  });

  it('are whole blocks with two empty ones at the end', () => {
    const archive = tar(ENTRIES);
    expect(archive.length).to.equal((3 + 2 + 2) * 512);
    expect(archive.subarray(-1024).every((byte) => byte === 0)).to.equal(true);
  });

  it('refuse a path that does not fit', () => {
    expect(() => tar([{ type: 'directory', path: 'x'.repeat(101), mode: 0o755 }])).to.throw(RangeError);
  });

  it('give the same layer for the same content, named before and after compression', () => {
    const [one, two] = [layerOf(ENTRIES), layerOf(ENTRIES)];
    expect(two.digest).to.equal(one.digest);
    expect(gunzipSync(one.content).equals(tar(ENTRIES))).to.equal(true);
    expect(one.diffId).not.to.equal(one.digest);
  });
});
