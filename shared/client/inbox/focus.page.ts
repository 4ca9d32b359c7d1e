import { neighbourOf } from "./neighbour.ts";

type Places = {
  /** Its children carry `data-id`. */
  readonly list: HTMLElement;
  /** What can take the focus when nothing of the list can. */
  readonly otherwise: HTMLElement;
};

/**
 * Draws, and sees to it that the keyboard is somewhere sensible afterwards: where it was, or at the same control of the row that took
 * the place of the one that is gone. A browser would send it back to the top of the page.
 */
export const focusKept = (root: ShadowRoot, { list, otherwise }: Places, draw: () => void): void => {
  const held = root.activeElement;
  const row = held?.closest("[data-id]");
  const act = held?.getAttribute("data-act");
  const before = idsIn(list);
  draw();
  if (!(held instanceof HTMLElement) || root.activeElement === held) return;
  if (held.isConnected && !row) {
    held.focus();
    return;
  }
  const id = row?.getAttribute("data-id") ?? undefined;
  const next = id === undefined ? undefined : neighbourOf(id, before, idsIn(list));
  const item = [...list.children].find((child) => child.getAttribute("data-id") === next);
  const same = item?.querySelector<HTMLElement>(`[data-act="${act ?? "open"}"]`);
  (next === undefined ? otherwise : (same ?? replacing(item, act) ?? otherwise)).focus();
};

/** Brings the keyboard to a row of the list: to what opens it. */
export const focusRow = (item: Element | undefined): void =>
  item?.querySelector<HTMLElement>('[data-act="open"]')?.focus();

/** The button that stands where another one was: "mark as unread" for "mark as read". */
const replacing = (item: Element | undefined, act: string | null | undefined): HTMLElement | null | undefined =>
  item?.querySelector<HTMLElement>(`[data-act="${counterparts[act ?? ""] ?? "open"}"]`);

const counterparts: Readonly<Record<string, string>> = {
  read: "unread",
  unread: "read",
  dismiss: "restore",
  restore: "dismiss",
};

const idsIn = (list: HTMLElement): string[] =>
  [...list.children].flatMap((child) => child.getAttribute("data-id") ?? []);
