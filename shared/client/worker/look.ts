/**
 * A page's word to the service worker: what the user has is another now, or nobody is signed in any more. The worker takes down the toasts
 * that have no business on the screen, for it knows the rules, and reads from the same store what the page has written there.
 */
export type Look = {
  readonly fanfare: {
    readonly kind: "look";
    /** The feed has been read to its end just now: what is not in the store, nobody has. */
    readonly isCurrent: boolean;
  };
};

export const lookIn = (data: unknown): Look["fanfare"] | undefined => {
  if (!isRecord(data) || !isRecord(data.fanfare) || data.fanfare.kind !== "look") return undefined;
  return { kind: "look", isCurrent: data.fanfare.isCurrent === true };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
