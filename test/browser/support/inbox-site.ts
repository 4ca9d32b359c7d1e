import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startSite, type Site } from "./site.ts";

/**
 * Starts a page with nothing but `<fanfare-inbox>` on it, under a Content-Security-Policy as strict as they come, and a client made up for
 * it. On its page stand `inbox` (the element), `client` (its client once `signIn()` was called; `client.asked` lists what it was asked to do)
 * and `notification(number, changes)`. `client.set(list)` is what the service tells, `client.stand(answer, unsent)` how it stands.
 */
export const startInboxSite = async (): Promise<Site> => {
  const element = await readFile(
    fileURLToPath(new URL("../../../dist/client/fanfare-inbox.js", import.meta.url)),
    "utf8",
  );
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    "/": ["text/html;charset=utf-8", page],
    "/page.css": [
      "text/css",
      "body { margin: 16px; max-width: 720px; color-scheme: light dark; background: light-dark(#f4f5f7, #0f1114); color: light-dark(#111, #eee) }",
    ],
    "/page.js": ["text/javascript", script],
    "/fanfare-inbox.js": ["text/javascript", element],
  };
  return startSite((request, response) => {
    const [type, text] = files[request.url ?? "/"] ?? ["text/plain", ""];
    response.writeHead(text === "" ? 404 : 200, { "content-type": type, "content-security-policy": policy }).end(text);
  });
};

const policy =
  "default-src 'none'; script-src 'self'; img-src data:; style-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>An inbox</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
<main><h1>An app</h1><fanfare-inbox></fanfare-inbox></main>
</html>
`;

const script = `
import "/fanfare-inbox.js";
const minutes = (count) => new Date(Date.now() + count * 60_000).toISOString();
window.notification = (number, changes = {}) => ({
  id: "n" + number, targetHostName: "app.example", appNotificationId: "a" + number, groupName: null,
  creationDateTime: minutes(-7 * number - 1), lastModifiedDateTime: null, expirationDateTime: minutes(10_000),
  priority: "None", readState: "unread", userActionState: "noInteraction",
  payload: { visualContent: { title: "Notification " + number, body: "What it says, number " + number } }, ...changes,
});
class Client extends EventTarget {
  list = []; asked = []; standing = undefined; heard = new Promise(() => undefined);
  set(list) { this.list = list; this.dispatchEvent(new Event("change")); }
  stand(answer = { kind: "ok", value: undefined }, unsent = 0) {
    this.standing = { answer, unsent };
    this.dispatchEvent(new CustomEvent("standing", { detail: this.standing }));
  }
  async *changes({ signal }) {
    while (!signal.aborted) {
      const told = new Promise((resolve) => this.addEventListener("change", resolve, { once: true }));
      yield { notifications: this.list };
      await told;
    }
  }
  async live() {}
  async sync() { this.asked.push(["sync"]); await this.heard; this.stand(); return this.standing.answer; }
  async update(id, change) {
    this.asked.push(["update", id, change]);
    this.set(this.list.map((one) => (one.id === id ? { ...one, ...change } : one)));
  }
  async delete(id) { this.asked.push(["delete", id]); this.set(this.list.filter((one) => one.id !== id)); }
  async markAllRead() {
    this.asked.push(["markAllRead"]);
    this.set(this.list.map((one) => ({ ...one, readState: "read" })));
  }
}
window.inbox = document.querySelector("fanfare-inbox");
window.signIn = (list = [], standing = { kind: "ok", value: undefined }) => {
  window.client = new Client();
  client.list = list;
  if (standing) client.standing = { answer: standing, unsent: 0 };
  inbox.client = client;
};
window.isReady = true;
`;
