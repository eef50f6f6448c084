import { isLowerOrDigit } from '../chars.ts';

const MAX_LENGTH = 253;

/** Whether the API server could have a pod of this name: a DNS subdomain (RFC 1123). With any other the URL may mean something else. */
export const isPodName = (text: string): boolean => text.length <= MAX_LENGTH && text.split('.').every(isLabel);

function isLabel(label: string): boolean {
  for (const char of label) if (char !== '-' && !isLowerOrDigit(char)) return false;
  return label !== '' && !label.startsWith('-') && !label.endsWith('-');
}
