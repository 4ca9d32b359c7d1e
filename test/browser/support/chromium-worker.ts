import type { CDPSession, Page, Protocol } from "puppeteer-core";
import { onTestFailed } from "vitest";

/**
 * Hands a push message to the service worker of a page's origin, decrypted, as Chromium's push service would: offline it cannot subscribe.
 * Resolves, when the worker is done with it, to the texts of the toasts that it has put up meanwhile; rejects when it has failed.
 * Only then is Chromium to be asked which toasts it shows: one that it is just putting up it would list never again.
 * https://chromedevtools.github.io/devtools-protocol/tot/ServiceWorker/#method-deliverPushMessage
 */
export const deliverPush = async (page: Page, data: string): Promise<readonly string[]> => {
  const { session, worker } = await workerOf(page);
  const { events, next } = await recordOf(session, ["pushMessaging", "notifications"]);
  const completed = next("Push event completed");
  await session.send("ServiceWorker.deliverPushMessage", { ...worker, data });
  const { Status: status } = detailsOf(await completed);
  if (status !== "Success") throw new Error(`The worker's push event has ended: ${status}`);
  await session.detach();
  return events
    .filter(({ eventName }) => eventName === "Notification displayed")
    .map((event) => detailsOf(event).Body ?? "");
};

/** Wakes the service worker of a page's origin, as Chromium does an installed app's, twice a day at most. */
export const wakePeriodically = async (page: Page, tag: string): Promise<void> => {
  const { session, worker } = await workerOf(page);
  await session.send("ServiceWorker.dispatchPeriodicSyncEvent", { ...worker, tag });
  await session.detach();
};

type Worker = { readonly origin: string; readonly registrationId: string };

/** Errors of the worker are told when the test has failed. */
const workerOf = async (page: Page): Promise<{ readonly session: CDPSession; readonly worker: Worker }> => {
  const { origin } = new URL(page.url());
  const session = await page.createCDPSession();
  const registered = new Promise<string>((resolve) => {
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const own = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(origin) && !isDeleted);
      if (own) resolve(own.registrationId);
    });
  });
  const errors: string[] = [];
  session.on("ServiceWorker.workerErrorReported", ({ errorMessage: { errorMessage, sourceURL, lineNumber } }) =>
    errors.push(`${errorMessage} (${sourceURL}:${lineNumber})`),
  );
  onTestFailed(() => errors.forEach((error) => console.error(`The service worker failed: ${error}`)));
  await session.send("ServiceWorker.enable");
  return { session, worker: { origin, registrationId: await registered } };
};

type Recorded = Protocol.BackgroundService.BackgroundServiceEvent;
type Watch = {
  /** All from now on; they are told when the test has failed. */
  readonly events: readonly Recorded[];
  /** The first event of this name. */
  readonly next: (name: string) => Promise<Recorded>;
};

/**
 * What the browser itself records of its services, from now on; what it has recorded before is told, too, and left out here. A worker that
 * DevTools looked into would tell more, but would be paused while it starts, and never be stopped.
 * https://chromedevtools.github.io/devtools-protocol/tot/BackgroundService/
 */
const recordOf = async (
  session: CDPSession,
  services: readonly Protocol.BackgroundService.ServiceName[],
): Promise<Watch> => {
  const since = Date.now() / 1_000;
  const events: Recorded[] = [];
  let told = (): void => undefined;
  session.on("BackgroundService.backgroundServiceEventReceived", ({ backgroundServiceEvent: event }) => {
    if (event.timestamp < since) return;
    events.push(event);
    told();
  });
  for (const service of services) {
    await session.send("BackgroundService.setRecording", { shouldRecord: true, service });
    await session.send("BackgroundService.startObserving", { service });
  }
  onTestFailed(() => console.error(["Chromium has recorded:", ...events.map(lineOf)].join("\n")));
  const next: Watch["next"] = (name) =>
    new Promise((resolve) => {
      told = () => {
        const event = events.find(({ eventName }) => eventName === name);
        if (event) resolve(event);
      };
    });
  return { events, next };
};

const detailsOf = ({ eventMetadata }: Recorded): Partial<Readonly<Record<string, string>>> =>
  Object.fromEntries(eventMetadata.map(({ key, value }) => [key, value]));

const lineOf = (event: Recorded): string => {
  const details = JSON.stringify(detailsOf(event)).slice(0, 300);
  return `${new Date(event.timestamp * 1_000).toISOString()} ${event.eventName} ${event.instanceId} ${details}`;
};
