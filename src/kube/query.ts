export type QueryValue = string | number | boolean | undefined;

/** A query string with its '?', or '' when there is nothing to ask. Undefined and empty values are left out. */
export function queryString(query: Readonly<Record<string, QueryValue>>): string {
  let text = '';
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  }
  return text;
}
