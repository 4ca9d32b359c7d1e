/** What this browser can do about being told while no page is open. */
export type Notifying =
  | { readonly kind: "unsupported" }
  /** The user has not been asked. */
  | { readonly kind: "default" }
  /** The user said no. */
  | { readonly kind: "denied" }
  | { readonly kind: "granted" }
  /** It asks its push service. */
  | { readonly kind: "asking" }
  | { readonly kind: "on" }
  /** It may, but did not work out. */
  | { readonly kind: "failed"; readonly reason: string };

export type Said = {
  readonly sentence: string;
  readonly button?: "Allow notifications" | "Turn on" | "Turn off" | "Try again";
};

type Browser = { readonly isFirefox: boolean; readonly webpushBrowserUrl: string | null };

/** How it stands, in a sentence, and what there is to press. */
export const sayNotifying = (notifying: Notifying, browser: Browser): Said => {
  switch (notifying.kind) {
    case "unsupported":
      return {
        sentence: "This browser cannot be told anything while the page is closed. The list is live all the same.",
      };
    case "default":
      return { sentence: "Be told of new notifications when this page is closed, too.", button: "Allow notifications" };
    case "denied":
      return {
        sentence:
          "Notifications are blocked for this page. To allow them, press the icon left of the address, set “Notifications” to “Allow”, and load the page again.",
      };
    case "granted":
      return { sentence: "Notifications are allowed, and turned off here.", button: "Turn on" };
    case "asking":
      return { sentence: "Asking this browser’s push service…" };
    case "on":
      return { sentence: "This browser rings for raw content, open or closed.", button: "Turn off" };
    case "failed":
      return { sentence: failure(notifying.reason, browser), button: "Try again" };
  }
};

const failure = (reason: string, { isFirefox, webpushBrowserUrl }: Browser): string => {
  if (!isFirefox) {
    return `This browser’s push service is on the internet and did not answer, so it cannot ring here. The list below is live all the same. (${reason})`;
  }
  if (webpushBrowserUrl === null) return `Firefox could not subscribe. (${reason})`;
  return `Firefox asks Mozilla’s push service, which knows nothing of this computer. Point it to the local one: on about:config set dom.push.serverURL to ${webpushBrowserUrl} and dom.push.testing.allowInsecureServerURL to true, and start Firefox again. (${reason})`;
};
