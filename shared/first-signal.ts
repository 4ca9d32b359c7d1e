/**
 * A signal that aborts with the first of these. As `AbortSignal.any`, but each of them lives as long as what is made of them: on Node 20 a time limit
 * that nobody else holds is collected as garbage, and never comes (https://github.com/nodejs/node/issues/57736), and on 24 it may be missed (https://github.com/nodejs/node/issues/65995).
 */
export const firstSignal = (signals: readonly AbortSignal[]): AbortSignal => {
  const first = AbortSignal.any([...signals]);
  madeOf.set(first, signals);
  return first;
};

const madeOf = new WeakMap<AbortSignal, readonly AbortSignal[]>();
