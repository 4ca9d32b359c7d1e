import type { IncomingHttpHeaders } from "node:http";
import { isLocal } from "../http/is-local.ts";

/** Why a request is not answered, as a sentence; undefined where it is. */
export type Objection = string | undefined;

/**
 * Whether this visitor may see the page: whoever came by the name of another host did so because that name leads here (DNS rebinding), and
 * would make the page a page of that host.
 */
export const mayNotSeePage = (headers: IncomingHttpHeaders): Objection =>
  isLocal({ host: headers.host ?? "" }) ? undefined : "This page is shown at 127.0.0.1 and localhost only.";

/**
 * Whether this visitor may read what `/_local/` tells, which are other people's notifications too: the page itself may, somebody who types
 * the address, and programs, which say nothing about sites; another site's page may not, nor one of another port of this host.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export const mayNotReadLocal = (headers: IncomingHttpHeaders): Objection => {
  const { host = "", origin, "sec-fetch-site": site = "same-origin" } = headers;
  const isOwn = origin === undefined || origin === `http://${host}`;
  const isSame = site === "same-origin" || site === "none";
  return mayNotSeePage(headers) ?? (isOwn && isSame ? undefined : "Only the inbox page itself may ask for this.");
};
