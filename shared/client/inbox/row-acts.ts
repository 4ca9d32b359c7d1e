/** What a user does with one notification; the control that does it carries the word in `data-act`. */
export const rowActs = ["open", "read", "unread", "dismiss", "restore", "delete"] as const;
export type RowAct = (typeof rowActs)[number];
