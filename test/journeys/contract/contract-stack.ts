import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startListenedStack, type ListenedStack } from "../../support/listened-stack.ts";
import { registerApps } from "./apps.ts";
import { callerOf, type Caller } from "./caller.ts";

/** The stack that the stories of the contract share, and who speaks to it. Each story has users of its own. */
export type ContractStack = {
  readonly stack: ListenedStack;
  readonly caller: Caller;
  /** The names of the files and folders that are there where it may keep files while it runs, in its data directory, and in its part of that. */
  readonly files: () => Promise<readonly (readonly string[])[]>;
  readonly stop: () => Promise<void>;
};

/** A page of this origin may read answers. */
export const allowedOrigin = "https://app.contoso.com";
/** The client of `other.contoso.com` is this one's too. */
export const secondHost = "second.contoso.com";
/** And this one's, which lists its mobile apps: `com.contoso.app`. */
export const strictHost = "strict.contoso.com";
/** Nobody's client; that app and the example's may send to it. */
export const sendersOnlyHost = "senders-only.contoso.com";
/** Live subscriptions that a user may have. */
const subscriptionsPerFeed = 4;

/** Starts it, ephemeral, with all that any of the stories needs. */
export const startContractStack = async (): Promise<ContractStack> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-contract-"));
  const [temporary, home] = [join(folder, "temporary"), join(folder, "home")];
  await Promise.all([temporary, home].map((path) => mkdir(path)));
  const stack = await startListenedStack({
    ephemeral: true,
    dataDir: home,
    env: {
      TMPDIR: temporary,
      CORS_ALLOWED_ORIGINS: allowedOrigin,
      SUBSCRIPTIONS_PER_FEED: String(subscriptionsPerFeed),
      THROTTLE_USER_WRITES_PER_5_MINUTES: "100000", // of one of them the user writes as often as they like
      FANFARE_PUSH_PRINT: "0",
    },
  });
  const caller = callerOf(stack);
  const [sample, other] = [caller.sample.clientId, caller.other.clientId];
  const mobile = { bundleIds: ["com.contoso.app"], packageNames: ["com.contoso.app"] };
  await registerApps(stack, [
    { hostName: secondHost, clients: [other], senders: [other] },
    { hostName: strictHost, clients: [other], ...mobile },
    { hostName: sendersOnlyHost, senders: [sample, other] },
  ]);
  return {
    stack,
    caller,
    files: () => Promise.all([temporary, home, join(home, "supervisor")].map((path) => readdir(path))),
    stop: async () => {
      caller.close();
      await stack.stop().finally(() => rm(folder, { recursive: true }));
    },
  };
};
