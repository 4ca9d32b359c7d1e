import { element } from "./element.page.ts";
import { icon, type IconName } from "./icons.page.ts";
import type { RowAct } from "./row-acts.ts";

type ButtonAct = Exclude<RowAct, "open">;

/** Everything a row may be made of. */
export type RowParts = ReturnType<typeof newRowParts>;

export const newRowParts = () => ({
  mark: element("span", { class: "mark", "aria-hidden": "true" }, icon("disc")),
  content: element("div", { class: "content" }),
  opener: element("p", { class: "opener" }),
  state: element("span", { class: "unseen" }),
  headline: element("span", { dir: "auto", class: "headline" }),
  elsewhere: element("span", { class: "unseen" }),
  details: element("p", { class: "details", part: "details", dir: "auto" }),
  image: element("img", { part: "image", alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" }),
  all: element("button", { type: "button", class: "quiet" }),
  meta: element("p", { class: "meta", part: "meta" }),
  time: element("time"),
  expiry: element("time"),
  group: element("bdi"),
  urgent: element("strong"),
  snoozed: element("span"),
  actions: element("div", { class: "actions", part: "actions" }),
  buttons: {
    read: actionButton("read", "check"),
    unread: actionButton("unread", "dot"),
    dismiss: actionButton("dismiss", "cross"),
    restore: actionButton("restore", "back"),
    delete: actionButton("delete", "bin"),
  } satisfies Record<ButtonAct, HTMLButtonElement>,
});

/** The control that opens the notification: a link where it leads somewhere, else a button, and a screen reader says which. */
export const openerOf = ({ state, headline, elsewhere }: RowParts, isLink: boolean): HTMLElement => {
  const common = { class: "open", part: "headline", "data-act": "open" };
  return isLink
    ? element(
        "a",
        { ...common, target: "_blank", rel: "noopener noreferrer" },
        state,
        headline,
        icon("outside"),
        elsewhere,
      )
    : element("button", { ...common, type: "button" }, state, headline);
};

const actionButton = (act: ButtonAct, name: IconName): HTMLButtonElement =>
  element("button", { type: "button", class: "action", part: `action action-${act}`, "data-act": act }, icon(name));
