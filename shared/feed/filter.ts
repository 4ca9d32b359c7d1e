import type { Notification } from "../notification/notification.ts";
import { Problem } from "../problem.ts";

/** What a list's `$filter` asks of each notification. */
export type Filter = (notification: Notification) => boolean;

/** Understands a `$filter`. Throws a `Problem` of kind `invalid` that says what is wrong and where. */
export const parseFilter = (_text: string): Filter => {
  throw new Problem("invalid", "$filter is not understood yet.");
};
