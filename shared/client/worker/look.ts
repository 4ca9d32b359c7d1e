import { oursIn } from "../ours.ts";

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
  const { kind, isCurrent } = oursIn(data) ?? {};
  return kind === "look" ? { kind, isCurrent: isCurrent === true } : undefined;
};
