import { element, setAttribute, setChildren, setText } from "../../../../shared/client/inbox/element.page.ts";
import type { ToldAct, ToldDevice, ToldOverview, ToldPlatform, ToldToast } from "../told.ts";
import { inOrder, noteUnder, saidWhenEmpty } from "./screens.ts";
import { sentenceOf } from "./sentence-of.ts";

type Use = {
  /** Does what a person holding the device would do. Rejects with a sentence. */
  readonly act: (actPath: string, act: ToldAct) => Promise<void>;
  /** Whose the devices are that ring from the start. */
  readonly seededUser: string;
};

/** The screens of the virtual devices: what stands on them, and what a person holding one would press. */
export const newDevicesPanel = (
  section: HTMLElement,
  use: Use,
): { readonly draw: (devices: ToldOverview["devices"]) => void } => {
  const note = element(
    "p",
    { class: "note" },
    `Virtual devices of ${use.seededUser}. What you do on one, the others hear of.`,
  );
  const fault = element("p", { class: "fault", role: "status" });
  const list = element("ul", { class: "devices", role: "list" });
  section.append(note, fault, list);
  const cards = new Map<string, DeviceCard>();
  const tell = (sentence: string): void => setText(fault, sentence);
  return {
    draw: (told) => {
      tell(told.fault ?? "");
      const devices = inOrder(told.value ?? []);
      const shown = devices.map((device) => {
        const card = cards.get(device.deviceId) ?? newCard(use.act, tell);
        cards.set(device.deviceId, card);
        card.draw(device);
        return card.item;
      });
      setChildren(list, shown);
    },
  };
};

type DeviceCard = { readonly item: HTMLElement; readonly draw: (device: ToldDevice) => void };

const platformNames: Readonly<Record<ToldPlatform, string>> = {
  Windows: "Windows",
  iOS: "iOS",
  Android: "Android",
  WebPush: "Web Push",
};

const newCard = (act: Use["act"], tell: (sentence: string) => void): DeviceCard => {
  const name = element("h3");
  const kind = element("span", { class: "kind" });
  const toasts = element("ul", { class: "toasts", role: "list" });
  const quiet = element("p", { class: "quiet" });
  const screen = element("div", { class: "screen" });
  const header = element("div", { class: "device-name" }, name, kind);
  const note = element("p", { class: "note" });
  const item = element("li", { class: "device" });
  const views = new Map<string, HTMLElement>();

  return {
    item,
    draw: (device) => {
      setAttribute(item, "data-platform", device.platformType);
      setText(name, device.name);
      setText(kind, kindOf(device));
      setText(quiet, saidWhenEmpty(device));
      const noted = noteUnder(device);
      setText(note, noted ?? "");
      setChildren(item, [header, screen, ...(noted === undefined ? [] : [note])]);
      const keys = device.toasts.map(keyOf);
      for (const key of views.keys()) if (!keys.includes(key)) views.delete(key);
      const shown = device.toasts.map((toast, place) => {
        const key = keys[place] ?? "";
        const view = views.get(key) ?? toastView({ device, toast, act, tell });
        views.set(key, view);
        return view;
      });
      setChildren(toasts, shown);
      setChildren(screen, [shown.length > 0 ? toasts : quiet]);
    },
  };
};

const kindOf = ({ platformType, online, waiting }: ToldDevice): string => {
  const kept = waiting === 0 ? "" : `, ${waiting} kept for it`;
  return platformNames[platformType] + (online ? "" : ` · offline${kept}`);
};

/** A toast that is shown again is another toast: it rings again. */
const keyOf = ({ notificationId, shownAt, text }: ToldToast): string => JSON.stringify([notificationId, shownAt, text]);

type Shown = {
  readonly device: ToldDevice;
  readonly toast: ToldToast;
  readonly act: Use["act"];
  readonly tell: (sentence: string) => void;
};

const toastView = ({ device, toast, act, tell }: Shown): HTMLElement => {
  const text = element("p", { dir: "auto", title: new Date(toast.shownAt).toLocaleString() }, toast.text);
  const { actPath, name } = device;
  const { notificationId } = toast;
  if (actPath === null || notificationId === null) return element("li", { class: "toast" }, text);
  const buttons = deeds.map(([action, label]) => {
    const button = element(
      "button",
      { type: "button", "aria-label": `${label}: ${toast.text.slice(0, 80)}, on ${name}` },
      label,
    );
    button.addEventListener("click", () => {
      tell("");
      act(actPath, { notificationId, action }).catch((error: unknown) => tell(sentenceOf(error)));
    });
    return button;
  });
  return element("li", { class: "toast" }, text, element("div", { class: "deeds" }, ...buttons));
};

const deeds = [
  ["activate", "Open"],
  ["read", "Mark read"],
  ["dismiss", "Dismiss"],
] as const satisfies readonly (readonly [ToldAct["action"], string])[];
