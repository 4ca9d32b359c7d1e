import { element, setAttribute, setChildren, setText } from "./element.page.ts";
import { exactTime, relativeTime } from "./relative-time.ts";
import { newRowParts, openerOf, type RowParts } from "./row-parts.page.ts";
import type { Row } from "./row.ts";
import { spoken } from "./spoken.ts";
import type { InboxWords } from "./words.ts";

export type RowSurroundings = {
  readonly words: InboxWords;
  /** BCP 47. */
  readonly language: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Whether pictures are fetched from wherever the notification says. */
  readonly hasImages: boolean;
};

/** One notification of the list. */
export type RowView = {
  readonly item: HTMLLIElement;
  /** Draws the row as it is now. */
  readonly draw: (row: Row, around: RowSurroundings) => void;
};

/** An empty row for the notification with this id. */
export const newRowView = (id: string): RowView => {
  const item = element("li", { "data-id": id });
  const parts = newRowParts();
  item.append(parts.mark, parts.content, parts.actions);
  let isWhole = false;
  let drawn: { readonly row: Row; readonly around: RowSurroundings } | undefined;
  const draw: RowView["draw"] = (row, around) => {
    drawn = { row, around };
    setAttribute(item, "part", row.isUnread ? "item item-unread" : "item");
    setAttribute(item, "data-unread", row.isUnread);
    setAttribute(item, "data-whole", isWhole);
    drawOpener(parts, row, around.words);
    drawContent(parts, row, { ...around, isWhole });
    drawMeta(parts, row, around);
    drawActions(parts, row, around.words);
  };
  parts.all.addEventListener("click", () => {
    isWhole = !isWhole;
    if (drawn) draw(drawn.row, drawn.around);
  });
  return { item, draw };
};

const drawOpener = (parts: RowParts, { openUrl, headline, isUnread }: Row, words: InboxWords): void => {
  const isLink = openUrl !== undefined;
  const before = parts.opener.firstElementChild;
  const opener = before?.localName === (isLink ? "a" : "button") ? before : openerOf(parts, isLink);
  if (opener !== before) parts.opener.replaceChildren(opener);
  setAttribute(opener, "href", openUrl);
  setText(parts.state, isUnread ? `${words.isUnread}: ` : "");
  setText(parts.headline, headline);
  setText(parts.elsewhere, isLink ? ` (${words.opensElsewhere})` : "");
};

type ContentSurroundings = RowSurroundings & { readonly isWhole: boolean };

const drawContent = (parts: RowParts, row: Row, { words, hasImages, isWhole }: ContentSurroundings): void => {
  const imageUrl = hasImages ? row.imageUrl : undefined;
  setText(parts.details, row.details ?? "");
  setAttribute(parts.image, "src", imageUrl);
  setText(parts.all, isWhole ? words.showLess : words.showAll);
  setAttribute(parts.all, "aria-expanded", String(isWhole));
  setChildren(parts.content, [
    parts.opener,
    ...(row.details === undefined ? [] : [parts.details]),
    ...(row.isLong ? [parts.all] : []),
    ...(imageUrl === undefined ? [] : [parts.image]),
    parts.meta,
  ]);
};

const drawMeta = (parts: RowParts, row: Row, { words, language, now }: RowSurroundings): void => {
  const { time, expiry, group, urgent, snoozed, meta } = parts;
  drawTime(time, { at: row.createdAt, text: relativeTime(row.createdAt, now, language), language });
  drawTime(expiry, { at: row.expiresAt, text: words.expires(relativeTime(row.expiresAt, now, language)), language });
  setText(group, row.group ?? "");
  setText(urgent, words.isUrgent);
  setText(snoozed, words.isSnoozed);
  setChildren(meta, [
    ...(row.isUrgent ? [urgent] : []),
    time,
    ...(row.isSnoozed ? [snoozed] : []),
    ...(row.group === undefined ? [] : [group]),
    expiry,
  ]);
};

type Moment = { readonly at: number; readonly text: string; readonly language: string };

const drawTime = (time: HTMLTimeElement, { at, text, language }: Moment): void => {
  setText(time, text);
  const datetime = new Date(at).toISOString();
  if (time.dateTime === datetime && time.lang === language) return;
  time.dateTime = datetime;
  time.lang = language;
  time.title = exactTime(at, language);
};

const drawActions = ({ actions, buttons }: RowParts, row: Row, words: InboxWords): void => {
  const { read, unread, dismiss, restore } = buttons;
  const toSetRead = row.isUnread ? ([read, words.markRead] as const) : ([unread, words.markUnread] as const);
  const toDismiss = row.isDismissed ? ([restore, words.restore] as const) : ([dismiss, words.dismiss] as const);
  const shown = [toSetRead, toDismiss, [buttons.delete, words.delete] as const];
  for (const [button, name] of shown) {
    setAttribute(button, "title", name);
    // Begins with what the tooltip says, for whoever speaks to the computer, and tells the buttons of a list apart.
    setAttribute(button, "aria-label", `${name}: ${spoken(row.headline)}`);
  }
  setChildren(
    actions,
    shown.map(([button]) => button),
  );
};
