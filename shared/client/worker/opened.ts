import { oursIn } from "../ours.ts";

/** The worker's word to a window of the app that was there already when a toast was pressed. */
export type Opened = {
  readonly fanfare: {
    readonly kind: "opened";
    /** The notification's; absent when the toast was none's. */
    readonly id?: string;
  };
};

/** The id of the notification whose toast was pressed; undefined when a message says no such thing. */
export const openedIdIn = (data: unknown): string | undefined => {
  const { kind, id } = oursIn(data) ?? {};
  return kind === "opened" && typeof id === "string" ? id : undefined;
};
