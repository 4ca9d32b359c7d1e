import { InvalidArgumentError } from "commander";
import { hostNameSchema } from "../../../shared/notification/host-name.ts";
import { credentialChannels, type CredentialChannel } from "./fields.ts";

/** Each parser throws commander's `InvalidArgumentError`, whose sentence stands behind the option's name. */
export const hostNameOf = (text: string): string => {
  const parsed = hostNameSchema.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("It is a DNS host name, without scheme or path.");
  return parsed.data;
};

/** Characters that no id has, and that a slip of the clipboard brings along: controls, line breaks, invisible ones. */
export const strangeInId = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** An option that may be given several times. */
export const severalIds = (text: string, before: readonly string[] | undefined): readonly string[] => {
  const id = text.trim();
  if (id === "" || id.length > 256) throw new InvalidArgumentError("It is an id of 1 to 256 characters.");
  if (strangeInId.test(id))
    throw new InvalidArgumentError("It has a line break, or another character that is not seen.");
  return [...(before ?? []), id];
};

const channelOf = (text: string): CredentialChannel => {
  const channel = credentialChannels.find((one) => one === text);
  if (channel === undefined) throw new InvalidArgumentError("It is apns, fcm or wns; Web Push has the VAPID keys.");
  return channel;
};

type Credentials = Readonly<Partial<Record<CredentialChannel, string | null>>>;

/** `apns=contoso`. A credential itself, pasted by mistake, is not quoted: commander would tell the operator's terminal and its log. */
export const credentialsSet = (text: string, before: Credentials | undefined): Credentials => {
  const [channel = "", name = "", ...more] = text.split("=");
  if (more.length > 0 || !/^[A-Za-z\d][\w.-]{0,63}$/.test(name))
    throw new InvalidArgumentError(
      "It is a channel and the name of a setting's credential, such as apns=contoso for APNS_CREDENTIAL_CONTOSO, never the credential.",
    );
  return { ...before, [channelOf(channel)]: name };
};

export const credentialsCleared = (text: string, before: Credentials | undefined): Credentials => ({
  ...before,
  [channelOf(text)]: null,
});
