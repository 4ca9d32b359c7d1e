/**
 * Where this page is to be instead of where it was opened: links, tokens and push subscriptions belong to one origin, and `localhost`
 * is another one than `127.0.0.1`. Undefined: it is where it should be, or somewhere nobody but the user knows the way back from.
 */
export const rightAddress = (opened: string, serviceUrl: string): string | undefined => {
  const here = new URL(opened);
  const service = new URL(serviceUrl);
  const isOtherName =
    here.hostname !== service.hostname && loopback.has(here.hostname) && loopback.has(service.hostname);
  if (!isOtherName || here.port !== service.port) return undefined;
  return new URL(here.pathname + here.search + here.hash, service).href;
};

const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
