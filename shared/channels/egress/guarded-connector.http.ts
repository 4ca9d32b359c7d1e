import { ADDRCONFIG, type LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { buildConnector } from "undici";

/** All addresses of a host name; rejects with the resolver's code (`ENOTFOUND`, `EAI_AGAIN`) when there are none. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The system's resolver, asked as Node itself asks it: for addresses of the kinds this machine has. */
const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true, hints: ADDRCONFIG });

type Options = {
  /** Whether a connection to this address may be opened. */
  readonly permits: (address: string) => boolean;
  /** Milliseconds for one connection: resolving, connecting and TLS together. */
  readonly timeLimitMs: number;
  /** PEM; without it, the public authorities are trusted. */
  readonly ca?: string | undefined;
  readonly resolve?: Resolve | undefined;
};

/**
 * undici's connector, behind a guard: each connection it opens goes to an address that was permitted, or is not opened. The name is
 * resolved once, and what was checked is what is connected to, so a resolver that answers otherwise the next time wins nothing.
 * An answer that is only in part permitted is refused whole, for the next connection might take the other part.
 * A refusal is an error with the code `ADDRESS_NOT_PERMITTED`; it does not name the address.
 */
export const guardedConnector = (options: Options): buildConnector.connector => {
  const { permits, timeLimitMs, ca, resolve = systemResolve } = options;
  const connect = buildConnector({
    timeout: timeLimitMs,
    lookup: guardedLookup(resolve, permits),
    ...(ca !== undefined && { ca }),
  });
  return (to, callback) => {
    // Node never looks a literal address up, so the guard of look-ups would not see it.
    if (isIP(to.hostname) !== 0 && !permits(to.hostname)) queueMicrotask(() => callback(notPermitted(), null));
    else connect(to, callback);
  };
};

/** In the place of `dns.lookup`: Node connects to what it answers and asks nobody again. */
const guardedLookup =
  (resolve: Resolve, permits: Options["permits"]): LookupFunction =>
  (hostname, { all }, callback) => {
    permittedAddresses(hostname, resolve, permits).then(
      (addresses) => {
        const [first] = addresses;
        if (all || !first) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error("the resolver failed"), []),
    );
  };

const permittedAddresses = async (
  hostname: string,
  resolve: Resolve,
  permits: Options["permits"],
): Promise<LookupAddress[]> => {
  const addresses = await resolve(hostname);
  if (addresses.length === 0) throw Object.assign(new Error("the host has no address"), { code: "ENOTFOUND" });
  if (!addresses.every(({ address }) => permits(address))) throw notPermitted();
  return [...addresses];
};

const notPermitted = (): Error =>
  Object.assign(new Error("the host is at an address that may not be connected to"), { code: "ADDRESS_NOT_PERMITTED" });
