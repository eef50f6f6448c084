import type { LabelSelector } from './generated.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether `labels` satisfy `selector`. An absent or empty selector matches everything (apimachinery's rule for LabelSelector). */
export function matchesLabels(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  if (selector === undefined) return true;
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector.matchExpressions ?? []).every((expression) => matchesExpression(expression, labels));
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function matchesExpression({ key, operator, values = [] }: Expression, labels: Labels): boolean {
  // `constructor` is a valid label key, and every object has something under that name.
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/**
 * Whether `text` matches `glob` as a whole, where `*` stands for any run of characters, also an empty one.
 * Backtracks to the last star only, so the cost is at most `glob.length * text.length`.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (from < text.length) {
    if (glob[at] === '*') {
      star = at++;
      resume = from;
    } else if (at < glob.length && glob[at] === text[from]) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++resume;
    } else {
      return false;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}

/** Whether `text` matches at least one of `globs`. */
export const matchesAnyGlob = (globs: readonly string[], text: string): boolean =>
  globs.some((glob) => matchesGlob(glob, text));
