import "../../../../shared/client/inbox/fanfare-inbox.ts";
import type { GetToken } from "../../../../shared/client/client-options.ts";
import { UserNotificationClient } from "../../../../shared/client/fanfare.ts";
import { element, setChildren, setText } from "../../../../shared/client/inbox/element.page.ts";
import { openedIdIn } from "../../../../shared/client/worker/opened.ts";
import { serviceWorkers } from "../../../../shared/client/worker/service-workers.page.ts";
import type { ToldConfig } from "../told.ts";
import { newDevicesPanel } from "./devices.page.ts";
import { drawNotifying } from "./notifying.page.ts";
import { newOperatorPanel } from "./operator.page.ts";
import { rightAddress } from "./origin.ts";
import { drawSend } from "./send.page.ts";
import { sentenceOf } from "./sentence-of.ts";
import type { Session } from "./session.indexed-db.ts";
import { comeBack, goSignIn, goSignOut } from "./signing.page.ts";
import { actOnDevice, askConfig } from "./told.http.ts";
import { newGetToken } from "./tokens.http.ts";
import { watchOverview } from "./watch-overview.page.ts";

const part = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no part "${id}".`);
  return found;
};
const tell = (sentence: string): void => setText(part("fault"), sentence);
const told = (error: unknown): void => tell(sentenceOf(error));

const start = async (): Promise<void> => {
  const config = await askConfig();
  const address = rightAddress(location.href, config.httpUrl);
  if (address !== undefined) {
    location.replace(address);
    return;
  }
  showStack(config);
  const { session, fault } = await comeBack(config);
  if (fault !== undefined) tell(fault);
  if (session) showUser(config, session);
  else showSignIn(config);
};

const showStack = ({ seededUser }: ToldConfig): void => {
  const devices = newDevicesPanel(part("devices"), { act: actOnDevice, seededUser });
  const operator = newOperatorPanel(part("operator"));
  const lost = "The local stack does not answer. Is it still running?";
  watchOverview({
    show: (overview) => {
      if (part("fault").textContent === lost) tell("");
      devices.draw(overview.devices);
      operator.draw(overview);
    },
    failed: () => tell(lost),
  });
};

const showSignIn = (config: ToldConfig): void => part("sign-in").replaceChildren(signInButton(config));

const signInButton = (config: ToldConfig): HTMLElement => {
  const button = element("button", { type: "button", class: "main" }, "Sign in");
  button.addEventListener("click", () => void goSignIn(config).catch(told));
  return button;
};

const showUser = (config: ToldConfig, { user }: Session): void => {
  const tokenOf = newGetToken();
  const getToken: GetToken = (why) => tokenOf({ ...why, account: user });
  const { httpUrl: baseUrl, targetHostName, webpushBrowserUrl } = config;
  const client = new UserNotificationClient({ baseUrl, targetHostName, account: user, getToken });
  // Signed out in another tab: this one has nothing to show any more.
  const signedOutElsewhere = (): void => location.reload();
  client.addEventListener("signedout", signedOutElsewhere, { once: true });
  const inbox = document.querySelector("fanfare-inbox");
  inbox?.addEventListener("fanfare-unread", ({ detail: count }) => {
    document.title = count === 0 ? "Inbox · Fanfare" : `(${count}) Inbox · Fanfare`;
  });
  if (inbox) inbox.client = client;
  // A toast was pressed, and its worker brought this page to the front.
  serviceWorkers()?.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    const id = openedIdIn(data);
    if (id !== undefined) inbox?.reveal(id);
  });

  const signOut = element("button", { type: "button" }, "Sign out");
  const leave = async (): Promise<void> => {
    client.removeEventListener("signedout", signedOutElsewhere);
    await client.signOut();
    await goSignOut(config);
  };
  signOut.addEventListener("click", () => void leave().catch(told));
  const name = element("span", {}, "Signed in as ", element("strong", {}, user));
  const signIn = signInButton(config);
  const drawWho = (): void => {
    const hasEnded = client.standing?.answer.kind === "unauthorized";
    setChildren(part("who"), hasEnded ? [name, signIn, signOut] : [name, signOut]);
  };
  client.addEventListener("standing", drawWho);
  drawWho();

  part("notifying").hidden = false;
  part("send").hidden = false;
  drawSend(part("send"), { serviceUrl: baseUrl, targetHostName, token: () => getToken({ isRefused: false }) });
  void drawNotifying(part("notifying"), { client, webpushBrowserUrl }).catch(told);
};

void start().catch(told);
