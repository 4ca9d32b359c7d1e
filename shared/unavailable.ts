/**
 * Storage or queue did not do what was asked because it is throttled, unreachable or slow. Whether the effect took
 * place is unknown. Adapters throw it; the HTTP edge answers 406 (contract 2.6), the delivery of a message is put off to a later hop.
 */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  /** `what` names the dependency, never an address or a key. */
  constructor(what: string, options: { readonly cause: unknown }) {
    super(`${what} is throttled or unreachable`, options);
  }
}
