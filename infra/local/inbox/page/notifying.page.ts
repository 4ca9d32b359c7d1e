import { element, setText } from "../../../../shared/client/inbox/element.page.ts";
import type { UserNotificationClient } from "../../../../shared/client/fanfare.ts";
import { sayNotifying, type Notifying } from "./notifying.ts";
import { sentenceOf } from "./sentence-of.ts";
import { workerAddress } from "./trusted.page.ts";

type Use = {
  readonly client: UserNotificationClient;
  readonly webpushBrowserUrl: string | null;
};

const silentMs = 10_000;

/** Whether this browser rings while no page is open, and the button that changes it. A subscription there is is renewed. */
export const drawNotifying = async (section: HTMLElement, { client, webpushBrowserUrl }: Use): Promise<void> => {
  const sentence = element("p", { role: "status" });
  const button = element("button", { type: "button" });
  section.replaceChildren(...section.querySelectorAll("h2"), sentence, button);
  const isFirefox = navigator.userAgent.includes("Firefox/");
  let standing: Notifying;
  const show = (now: Notifying): void => {
    standing = now;
    const said = sayNotifying(now, { isFirefox, webpushBrowserUrl });
    setText(sentence, said.sentence);
    setText(button, said.button ?? "");
    button.hidden = said.button === undefined;
  };
  const turnOn = async (registration: ServiceWorkerRegistration): Promise<void> => {
    show({ kind: "asking" });
    // Offline some browsers never answer; one that does after all is believed.
    const silent = setTimeout(() => show({ kind: "failed", reason: "no answer in ten seconds" }), silentMs);
    const answer = await client
      .subscribe({ registration, displayName: browserName() })
      .finally(() => clearTimeout(silent));
    show(answer.kind === "ok" ? { kind: "on" } : { kind: "failed", reason: answer.reason });
  };

  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    show({ kind: "unsupported" });
    return;
  }
  show({ kind: Notification.permission });
  button.addEventListener("click", () => {
    const press = async (): Promise<void> => {
      if (standing.kind === "on") {
        await client.unsubscribe();
        show({ kind: "granted" });
        return;
      }
      const permission = await Notification.requestPermission();
      if (permission !== "granted") {
        show({ kind: permission });
        return;
      }
      await turnOn(await registered());
    };
    void press().catch((error: unknown) => show({ kind: "failed", reason: sentenceOf(error) }));
  });
  try {
    const registration = await registered();
    if (Notification.permission === "granted" && (await registration.pushManager.getSubscription())) {
      await turnOn(registration);
    }
  } catch (error) {
    show({ kind: "failed", reason: sentenceOf(error) });
  }
};

const registered = async (): Promise<ServiceWorkerRegistration> => {
  await navigator.serviceWorker.register(workerAddress("/service-worker.js"), { scope: "/" });
  return navigator.serviceWorker.ready;
};

const browserName = (): string => {
  const name = ["Firefox", "Edg", "Chrome", "Safari"].find((known) => navigator.userAgent.includes(`${known}/`));
  return name === undefined ? "A browser" : `${name === "Edg" ? "Edge" : name} on this computer`;
};
