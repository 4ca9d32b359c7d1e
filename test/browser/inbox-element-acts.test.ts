import { expect, it } from "vitest";
import { describeBrowser } from "./support/describe-browser.ts";
import { elementStory, three } from "./support/element-story.ts";

describeBrowser("chromium", "what its user does with <fanfare-inbox>", () => {
  const { page, shown, asked, shows, appears, focused, press, control } = elementStory();

  it("is used by keyboard alone, and the focus goes on to the next item when one goes away", async () => {
    await page().evaluate(three);
    await shows("Notification 1", "Notification 2", "Notification 3");
    const walked: string[] = [];
    for (let step = 0; step < 8; step++) {
      await page().keyboard.press("Tab");
      walked.push(await focused());
    }
    expect(walked).toEqual([
      "Mark all read",
      "Inbox",
      "Unread",
      "Dismissed",
      "Unread: Notification 1",
      "Mark as read: Notification 1",
      "Dismiss: Notification 1",
      "Delete: Notification 1",
    ]);
    await page().keyboard.press("Enter");
    await shows("Notification 2", "Notification 3");
    expect(await focused()).toBe("Delete: Notification 2");
    await page().keyboard.press("ArrowDown");
    expect(await focused()).toBe("Unread: Notification 3");
    await page().keyboard.press("Delete");
    await shows("Notification 2");
    expect(await focused()).toBe("Unread: Notification 2");
    await page().keyboard.down("Control");
    await page().keyboard.press("z");
    await page().keyboard.up("Control");
    await shows("Notification 2", "Notification 3");
    await page().evaluate("client.set([])");
    await shows();
    expect(await focused()).toBe("Notifications");
  });

  it("tells the service of a deletion when there is no way back, and of one taken back never", async () => {
    await page().evaluate(three);
    await press("Delete: Notification 1");
    await shows("Notification 2", "Notification 3");
    await control("undo");
    await shows("Notification 1", "Notification 2", "Notification 3");
    await press("Delete: Notification 2");
    await shows("Notification 1", "Notification 3");
    expect(await asked()).toEqual([]);
    await page().evaluate("inbox.remove()");
    expect(await asked()).toEqual([["delete", "n2"]]);
  });

  it("hides what is dismissed, and gives it back", async () => {
    await page().evaluate(three);
    await press("Dismiss: Notification 2");
    await shows("Notification 1", "Notification 3");
    await control("dismissed");
    await shows("Notification 2");
    await press("Move back to the inbox: Notification 2");
    await shows();
    await control("all");
    await shows("Notification 1", "Notification 2", "Notification 3");
  });

  it("keeps what was read under “unread” until another filter is chosen", async () => {
    await page().evaluate(three);
    await control("unread");
    await press("Mark as read: Notification 1");
    await appears('[aria-label="Mark as unread: Notification 1"]');
    expect(await focused()).toBe("Mark as unread: Notification 1");
    expect(await shown()).toHaveLength(3);
    await control("all");
    await control("unread");
    await shows("Notification 2", "Notification 3");
  });
});
