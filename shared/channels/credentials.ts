/** Our credentials at one vendor, by the names that the app registry uses for them. */
export type Credentials<Credential> = {
  /** How many are configured, those that are of no use included: with none, this server does not push to the platform. */
  readonly count: number;
  /** The credential of that name, or a sentence for the operator that says what to do about it. */
  readonly of: (name: string) => { readonly credential: Credential } | { readonly fault: string };
};

/** What an app uses that is registered with none. */
export const standardCredential = "default";

type Environment = Readonly<Record<string, string | undefined>>;

/** The same as they were found in the settings. */
export type ConfiguredCredentials<Credential> = Credentials<Credential> & {
  /** What is to be mended of them, each in a sentence that begins with its setting and quotes nothing of what stands there. */
  readonly faults: readonly string[];
};

/**
 * Reads the settings `<prefix><NAME>`, such as `APNS_CREDENTIAL_DEFAULT`; names are compared without case, and a hyphen or a dot is an
 * underscore. `parse` throws an error whose message says what the text must be, and quotes nothing of it. Such a text keeps nobody from
 * starting: it holds the deliveries that need it, and all others go on.
 */
export const credentialsIn = <Credential>(
  env: Environment,
  prefix: string,
  parse: (text: string) => Credential,
): ConfiguredCredentials<Credential> => {
  const known = new Map<string, Found<Credential>>();
  for (const [setting, text = ""] of Object.entries(env)) {
    if (!setting.startsWith(prefix) || text === "") continue;
    const name = credentialSettingOf(prefix, setting.slice(prefix.length));
    const other = known.get(name);
    known.set(name, { setting, ...(other ? sameName(other.setting, setting) : understood(setting, text, parse)) });
  }
  return {
    count: known.size,
    of: (name) => {
      const setting = credentialSettingOf(prefix, name);
      return known.get(setting) ?? { fault: `set ${setting}: the app is registered with that credential` };
    },
    faults: [...known.values()].flatMap((found) => ("fault" in found ? [found.fault] : [])),
  };
};

type Found<Credential> = ReturnType<Credentials<Credential>["of"]> & { readonly setting: string };

/** Which of the two is meant, nobody can say; one may be of yesterday. */
const sameName = (one: string, other: string) => ({ fault: `${one} and ${other} are one name: keep one of them` });

/** The setting in which the credential of that name stands, as reasons call it. */
export const credentialSettingOf = (prefix: string, name: string): string =>
  prefix + name.replaceAll(/[-.]/g, "_").toUpperCase();

const understood = <Credential>(
  setting: string,
  text: string,
  parse: (text: string) => Credential,
): ReturnType<Credentials<Credential>["of"]> => {
  if (setting.endsWith("_CREDENTIAL_")) return { fault: `${setting} lacks a name: call it ${setting}DEFAULT` };
  // The platform leaves the reference in the value's place: https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
  if (/^\s*@Microsoft\.KeyVault\(/i.test(text)) {
    return {
      fault: `${setting} is a Key Vault reference that the platform did not resolve: look at its status in the app's settings, and whether the app's identity may read the secret`,
    };
  }
  try {
    return { credential: parse(text) };
  } catch (error) {
    return { fault: `${setting} ${error instanceof Error ? error.message : "cannot be read"}` };
  }
};
