import type { Browser } from "puppeteer-core";

/** The session under puppeteer's browser: it has no words of its own for Firefox's own windows. */
type Session = {
  readonly send: (command: string, params: unknown) => Promise<{ readonly result: Readonly<Record<string, unknown>> }>;
};

/**
 * Does to a toast what a person does: clicks it, or its cross. It is a window of Firefox's own, `alert.xhtml`, found by what it says.
 * Rejects when there is none yet.
 */
export const actOnAlert = async (browser: Browser, body: string, act: "click" | "close"): Promise<void> => {
  const { connection } = browser as unknown as { readonly connection: Session };
  const tree = await connection.send("browsingContext.getTree", { "moz:scope": "chrome" });
  const [own] = tree.result.contexts as readonly { readonly context: string }[];
  const target = act === "click" ? "alertTextLabel" : "alert-close";
  const expression = `(() => {
    for (const { document, gIsActive } of Services.wm.getEnumerator("alert:alert")) {
      // Before it is active it listens to nobody.
      if (!gIsActive || document.getElementById("alertTextLabel")?.textContent !== ${JSON.stringify(body)}) continue;
      document.getElementById("${target}").click();
      return true;
    }
    return false;
  })()`;
  const answer = await connection.send("script.evaluate", {
    expression,
    awaitPromise: true,
    target: { context: own?.context },
  });
  const { value } = (answer.result.result ?? {}) as { readonly value?: unknown };
  if (value !== true) throw new Error(`no toast says ${body}: ${JSON.stringify(answer.result)}`);
};
