/** The parts of base64 that a value shows as in the middle of something longer; it depends on where in a group of three it begins. */
function base64Cores(value: string): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(value, 'utf8')]).toString('base64');
    const from = Math.ceil((shift * 8) / 6);
    const whole = Math.floor(((shift + Buffer.byteLength(value)) * 8) / 6);
    return encoded.slice(from, whole);
  });
}

/** What a secret value may look like in a text: as it is, in base64 at any place of a longer one and encoded twice, in hex, in a URL. */
export function formsOf(value: string): readonly string[] {
  const cores = base64Cores(value);
  const twice = cores.flatMap(base64Cores);
  const url = cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    ...new Set([value, ...cores, ...twice, ...url, Buffer.from(value).toString('hex'), encodeURIComponent(value)]),
  ];
}
