import { afterEach, expect, test, vi } from "vitest";
import { tellWorker } from "../../../shared/client/worker/tell-worker.page.ts";

afterEach(() => vi.unstubAllGlobals());

test("a page tells the origin's workers to look; a worker tells nobody, though browsers show it the same container", async () => {
  const postMessage = vi.fn<(word: unknown) => void>();
  const getRegistrations = () => Promise.resolve([{ active: { postMessage } }, { active: null }]);
  vi.stubGlobal("navigator", { serviceWorker: { getRegistrations } });
  await tellWorker(true);
  expect(postMessage).not.toHaveBeenCalled();

  vi.stubGlobal("document", {});
  await tellWorker(true);
  expect(postMessage.mock.calls).toEqual([[{ fanfare: { kind: "look", isCurrent: true } }]]);
});
