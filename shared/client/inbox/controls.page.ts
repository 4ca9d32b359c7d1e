import { focusRow } from "./focus.page.ts";
import { inboxActs, type InboxAct } from "./inbox-acts.ts";
import type { InboxView } from "./inbox-view.page.ts";
import { rowActs, type RowAct } from "./row-acts.ts";
import type { Undo } from "./undo.ts";

type Hear = {
  readonly act: (act: RowAct, id: string, event: Event) => void;
  readonly control: (control: InboxAct) => void;
  readonly undo: Undo;
  readonly signal: AbortSignal;
};

/**
 * Hears what the user does below the root: clicks, and the keys that spare one the way through every button. Up, down, home and end go
 * from one notification to another, delete deletes the one the keyboard is at, control or command with Z takes back what was done last.
 */
export const listenToControls = (
  root: ShadowRoot,
  { list, undoBar }: Pick<InboxView, "list" | "undoBar">,
  { act, control, undo, signal }: Hear,
): void => {
  const clicked = (event: Event): void => {
    const button = event.target instanceof Element ? event.target.closest("[data-act], [data-control]") : null;
    const what = rowActs.find((name) => name === button?.getAttribute("data-act"));
    const id = button?.closest("[data-id]")?.getAttribute("data-id") ?? undefined;
    if (what !== undefined && id !== undefined) {
      act(what, id, event);
      return;
    }
    const named = inboxActs.find((name) => name === button?.getAttribute("data-control"));
    if (named !== undefined) control(named);
  };

  const pressed = (event: Event): void => {
    if (!(event instanceof KeyboardEvent) || event.defaultPrevented) return;
    if (
      event.key.toLowerCase() === "z" &&
      (event.ctrlKey || event.metaKey) &&
      !event.shiftKey &&
      undo.current()?.takeBack
    ) {
      event.preventDefault();
      control("undo");
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const item = event.target instanceof Element ? event.target.closest("[data-id]") : null;
    if (!item) return;
    const id = item.getAttribute("data-id");
    if (event.key === "Delete" && id !== null) {
      act("delete", id, event);
      return;
    }
    const target = rowAt(list, item, event.key);
    if (!target) return;
    event.preventDefault();
    focusRow(target);
  };

  const held = (isHeld: boolean) => () => undo.hold(isHeld || undoBar.matches(":hover, :focus-within"));
  root.addEventListener("click", clicked, { signal });
  root.addEventListener("keydown", pressed, { signal });
  for (const name of ["pointerenter", "focusin"]) undoBar.addEventListener(name, held(true), { signal });
  // Where the focus goes is known only when it has gone.
  for (const name of ["pointerleave", "focusout"]) {
    undoBar.addEventListener(name, () => queueMicrotask(held(false)), { signal });
  }
};

const rowAt = (list: Element, item: Element, key: string): Element | null => {
  switch (key) {
    case "ArrowDown":
      return item.nextElementSibling;
    case "ArrowUp":
      return item.previousElementSibling;
    case "Home":
      return list.firstElementChild;
    case "End":
      return list.lastElementChild;
    default:
      return null;
  }
};
