import type { Operation } from "./call.ts";

/** `GET BASE/me/notifications/vapidPublicKey`: what a browser needs before it can subscribe (contract 3): the current key. No token. */
export const vapidPublicKey =
  (use: { readonly vapid: { readonly publicKey: string } }): Operation =>
  () =>
    Promise.resolve({ status: 200, body: { publicKey: use.vapid.publicKey } });
