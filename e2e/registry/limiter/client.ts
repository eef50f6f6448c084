import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

/** Who pulls: nobody in particular, known by an address, or an account. */
export type Client = 'anonymous' | { readonly account: string };

/** `::ffff:192.0.2.1`, as a dual-stack socket names an IPv4 peer, is `192.0.2.1`. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * What Docker Hub counts pulls against, and says in `docker-ratelimit-source`: the IPv4 address, the IPv6 /64, or an account's UUID.
 * @param address of the peer, as `plainAddress` gives it
 */
export function rateLimitSource(client: Client, address: string): string {
  if (client !== 'anonymous') return accountId(client.account);
  return isIPv6(address) ? `${first64Bits(address)}::` : address;
}

/** Always the same for one account, so that a log can be compared with a header. */
function accountId(account: string): string {
  const hex = createHash('sha256').update(account).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function first64Bits(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const after = tail?.split(':').filter((group) => group !== '') ?? [];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  return [...groups, ...new Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
