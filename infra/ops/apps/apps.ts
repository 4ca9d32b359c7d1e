import type { Command } from "commander";
import { addExamplesOf } from "../examples.ts";
import type { Surroundings } from "../surroundings.ts";
import { addBlocking } from "./block.ts";
import { addListing } from "./list.ts";
import { addRemoving } from "./remove.ts";
import { addSetting } from "./set.ts";

const about = `
An app is a host name (targetHostName) with the client ids that may post to its users and those whose users may subscribe. Every change is
told before it is written, is asked for (or --yes), is noted in the audit, and acts within a minute on every instance. Two operators do not
overwrite each other. Credentials are named here, never given: APNS_CREDENTIAL_CONTOSO is the app's setting for --credential apns=contoso.

Examples:
  npm run ops -- apps list
  npm run ops -- apps set app.contoso.com --sender 6ef1f4b2-… --client 6ef1f4b2-… --credential apns=contoso
  npm run ops -- apps set app.contoso.com --clear-tenants --dry-run
  npm run -s ops -- apps show app.contoso.com --json > app.json
  npm run ops -- apps set app.contoso.com --file app.json --yes
  npm run ops -- apps block app.contoso.com
  npm run ops -- apps block tenant 9b1a…
  npm run ops -- apps unblock client 6ef1…
  npm run ops -- apps remove old.contoso.com --count
`;

/** `apps list|show|set|block|unblock|remove`: who may use this Fanfare. */
export const addApps = (program: Command, use: Surroundings): void => {
  const group = program
    .command("apps")
    .description("the registered apps: who may post and subscribe, and who is blocked")
    .addHelpText("after", about);
  addListing(group, use);
  addSetting(group, use);
  addBlocking(group, use);
  addRemoving(group, use);
  addExamplesOf(group, about);
};
