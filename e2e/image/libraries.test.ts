import { expect } from 'chai';
import { parseLdd } from './libraries.ts';

describe('parseLdd', () => {
  it('finds libraries and the loader, and not what the kernel itself brings', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x00007ffd5a5f2000)',
      '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f7f0c000000)',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007f7f0d000000)',
      '',
    ].join('\n');
    expect(parseLdd(output)).to.deep.equal(['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2']);
  });

  it('names a library that is not there', () => {
    expect(() => parseLdd('\tlibodd.so.1 => not found\n')).to.throw('libodd.so.1');
  });
});
