import type { User } from "../../shared/auth/caller.ts";

/** What every answer that holds notifications says of its form (contract 2.3). */
export const odataHeaders = {
  "Content-Type": "application/json;odata.metadata=minimal;charset=utf-8",
  "OData-Version": "4.0",
} as const;

/** The `@odata.context` of a user's notifications; `base` is the service's public base with its prefix. */
export const notificationsContext = (base: string, user: User): string =>
  `${base}/$metadata#users('${keyOf(user.principalName)}')/notifications`;

/** A quote would end the OData key; half a surrogate pair, which JSON lets through, no URL can hold. */
const keyOf = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd")).replaceAll("'", "%27");
