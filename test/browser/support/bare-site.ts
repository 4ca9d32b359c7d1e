import { until } from "../../support/until.ts";
import { startSite, type Site } from "./site.ts";

/** A page of somebody's own without any client of ours: it subscribes, and its worker shows whatever text it is pushed. */
export type BareSite = Site & {
  /** What the page and its worker reported, in order: `opened`, `has a worker`, `subscribed <JSON>`, `pushed <text>`. */
  readonly reports: () => readonly string[];
  /** The first report that begins so, without that beginning. */
  readonly reported: (beginning: string) => Promise<string>;
};

/** Starts it; its page subscribes with this key as soon as it is opened, unless the browser is subscribed already. */
export const startBareSite = async (applicationServerKey: () => Promise<string>): Promise<BareSite> => {
  const reports: string[] = [];
  const site = await startSite((request, response) => {
    const { url = "", method } = request;
    if (method === "POST") {
      let text = "";
      request.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      request.on("end", () => {
        reports.push(text);
        response.writeHead(204).end();
      });
      return;
    }
    const send = (type: string, text: string): void => {
      response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(text);
    };
    if (url === "/worker.js") send("text/javascript", worker);
    else if (url === "/key") void applicationServerKey().then((key) => send("text/plain", key));
    else if (url === "/") send("text/html;charset=utf-8", page);
    else response.writeHead(404).end();
  });
  return {
    ...site,
    reports: () => reports,
    reported: (beginning) =>
      until(() => reports.find((report) => report.startsWith(beginning))?.slice(beginning.length), {
        what: `the page has reported "${beginning}"`,
        within: 30_000,
      }),
  };
};

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A bare page</title>
<script type="module">
// What is asked of Firefox in its first seconds, before its own push service has begun, is never answered; asked again, it is at once.
const insist = async (ask) => {
  for (;;) {
    const asked = ask().then((answer) => ({ answer }));
    const late = new Promise((resolve) => setTimeout(resolve, 3_000));
    const settled = await Promise.race([asked, late]);
    if (settled) return settled.answer;
  }
};
const report = (text) => fetch("/report", { method: "POST", body: text });
try {
  await report("opened");
  await navigator.serviceWorker.register("/worker.js");
  const registration = await navigator.serviceWorker.ready;
  await report("has a worker");
  const known = await insist(() => registration.pushManager.getSubscription());
  const applicationServerKey = await (await fetch("/key")).text();
  const options = { userVisibleOnly: true, applicationServerKey };
  const subscription = known ?? (await insist(() => registration.pushManager.subscribe(options)));
  await report((known ? "still subscribed " : "subscribed ") + JSON.stringify(subscription));
} catch (error) {
  await report("failed " + error);
}
</script>
</html>
`;

const worker = `
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("push", (event) => {
  const text = event.data.text();
  event.waitUntil(Promise.all([
    registration.showNotification(text),
    fetch("/report", { method: "POST", body: "pushed " + text }),
  ]));
  if (text.includes("throw at this")) throw new Error("as asked for");
});
`;
