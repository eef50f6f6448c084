/** Values shorter than this are words, not secrets: taking them out would make every message unreadable. */
const MIN_LENGTH = 4;
/** Longer ones are encodings of whole files, which the shape of base64 gives away. */
const MAX_LENGTH = 1024;
/** Values remembered at most; the oldest are forgotten first, long after their rotation. */
const MAX_VALUES = 5_000;
const MASK = '[redacted]';

/** Shapes that are credentials wherever they come from. Each is linear: no nested repetition. */
const SHAPES: readonly RegExp[] = [
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?/g,
  /\bdckr_[a-z]+_[A-Za-z0-9_=-]+/g,
  /\b(?:ghp|gho|ghs|ghu|glpat|github_pat)[_-][A-Za-z0-9_-]{10,}/g,
  /(?<="(?:auth|password|identitytoken|registrytoken|\.dockerconfigjson|\.dockercfg)":\s?")[^"]+/g,
  /(?<=\b(?:Basic|Bearer) )[A-Za-z0-9+/_=.-]{8,}/g,
];

/** Takes credentials out of texts on their way to people: those that the operator has read, and whatever looks like one. */
export class Redactor {
  readonly #secrets = new Values();
  readonly #names = new Values();

  /** @param secrets passwords, tokens and encodings of them @param names user names, masked only in words that others wrote */
  learn(secrets: Iterable<string>, names: Iterable<string> = []): void {
    this.#secrets.add(secrets);
    this.#names.add(names);
  }

  /** For our own words. */
  redact(text: string): string {
    const known = this.#secrets.mask(text);
    return SHAPES.reduce((masked, shape) => masked.replace(shape, MASK), known);
  }

  /** For the words of others: user names go too, and whatever is long and looks like base64. */
  redactForeign(text: string): string {
    return this.#names.mask(maskBase64(this.redact(text)));
  }
}

/** Digests are long too, and harmless: they are hexadecimal. */
const maskBase64 = (text: string): string =>
  text.replace(/[A-Za-z0-9+/]{64,}={0,2}/g, (run) => (/^[0-9a-f]+$/.test(run) ? run : MASK));

class Values {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  add(values: Iterable<string>): void {
    for (const value of values) {
      if (value.length < MIN_LENGTH || value.length > MAX_LENGTH || this.#values.has(value)) continue;
      this.#values.add(value);
      this.#pattern = undefined;
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= MAX_VALUES) return;
      this.#values.delete(oldest);
    }
  }

  mask(text: string): string {
    if (this.#values.size === 0) return text;
    this.#pattern ??= new RegExp(
      [...this.#values]
        .sort((a, b) => b.length - a.length)
        .map((value) => RegExp.escape(value))
        .join('|'),
      'g',
    );
    return text.replace(this.#pattern, MASK);
  }
}
