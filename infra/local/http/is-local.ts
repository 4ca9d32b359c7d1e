import type { IncomingHttpHeaders } from "node:http";

/**
 * Keeps web pages of elsewhere away: those that rebind their name to this address, and those that ask across origins.
 * Programs, which name no origin, are let in.
 */
export const isLocal = ({ host = "", origin = "http://localhost" }: IncomingHttpHeaders): boolean =>
  [`http://${host}`, origin].every((url) => loopback.includes(hostnameOf(url)));

const loopback = ["127.0.0.1", "localhost", "[::1]"];

const hostnameOf = (url: string): string => {
  try {
    return new URL(url).hostname;
  } catch {
    return "";
  }
};
