/** Characters that a pod's cache entry holds of one list. Two hundred containers with long images fit; anybody may write a megabyte. */
const MAX_CHARACTERS = 32 * 1_024;
/** What an item costs beside its text: ten thousand short ones are a megabyte too. */
const ITEM = 50;

/**
 * What of a list is kept: its first items that have, together, no more than a bounded length; none that is over `longest`.
 * @param longest characters of an item at most
 */
export function kept<T>(items: readonly T[], textOf: (item: T) => string, longest: number): readonly T[] {
  let left = MAX_CHARACTERS;
  return items.filter((item) => {
    const { length } = textOf(item);
    if (length > longest) return false;
    left -= length + ITEM;
    return left >= 0;
  });
}
