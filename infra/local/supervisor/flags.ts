import { parseArgs } from "node:util";
import { CannotStart } from "../cannot-start.ts";

export type Flags = { readonly ephemeral: boolean; readonly functionsHost: boolean; readonly help: boolean };

export const help = `Starts Fanfare on this machine: npm start [-- flags]

  --ephemeral               keep nothing: no state survives the end
  --without-functions-host  start all but the functions host, and write local.settings.json for Azure Functions Core Tools
  --help                    this text

Settings are environment variables: FANFARE_DATA_DIR (.local), a port for each part (FANFARE_HTTP_PORT, …; 0 takes a
free one), SERVICEBUS_CONNECTION for another Service Bus than the local one, and every setting of the app. README has them all.
`;

/** Reads the command line. Throws `CannotStart` when it holds something unknown. */
export const flagsOf = (args: readonly string[]): Flags => {
  const options = {
    ephemeral: { type: "boolean", default: false },
    "without-functions-host": { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
    return { ephemeral: values.ephemeral, functionsHost: !values["without-functions-host"], help: values.help };
  } catch (error) {
    const unknown = /'(.*?)'/.exec(String(error))?.[1] ?? args.join(" ");
    throw new CannotStart(`${unknown} is not known here. npm start -- --help tells what is.`);
  }
};
