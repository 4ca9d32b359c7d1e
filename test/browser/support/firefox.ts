import { launch, type Browser } from "puppeteer-core";
import { browserPath } from "../../support/browsers.ts";

type Options = {
  /** The WebSocket of the push service it shall use (`webpush.browserUrl` of stack.json). */
  readonly pushUrl: string;
  /** A profile folder that outlives the browser; without it a new one is made, and removed at the end. */
  readonly profile?: string;
  /** Preferences beside those that make it use the local push service. */
  readonly prefs?: Readonly<Record<string, unknown>>;
};

/**
 * Starts a real Firefox that knows no other push service than the local one, may show notifications without being asked, and talks to
 * nobody else. Speaks WebDriver BiDi. https://firefox-source-docs.mozilla.org/remote/
 */
export const launchFirefox = ({ pushUrl, profile, prefs = {} }: Options): Promise<Browser> =>
  launch({
    browser: "firefox",
    executablePath: browserPath("firefox") ?? "",
    headless: true,
    timeout: 30_000,
    // Its own windows may be looked into: a toast is one of them, which a person clicks and closes.
    args: ["--remote-allow-system-access"],
    ...(profile !== undefined && { userDataDir: profile }),
    extraPrefsFirefox: {
      "dom.push.serverURL": pushUrl,
      "dom.push.testing.allowInsecureServerURL": true,
      "dom.push.connection.enabled": true, // automation turns it off
      "permissions.default.desktop-notification": 1,
      "alerts.useSystemBackend": false, // there is no desktop
      "services.settings.server": "data:,#remote-settings-dummy/v1",
      ...prefs,
    },
  });
