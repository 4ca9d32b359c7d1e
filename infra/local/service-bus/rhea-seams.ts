import * as module from "rhea";
import type { Connection, ConnectionOptions, Container, Delivery, Receiver, Sender, Typed } from "rhea";

/**
 * Everything we use of rhea 3.0.5 that its typings do not promise. The version is pinned for this file's sake; the conformance
 * suite (more than 5,000 messages over one link, drains, large messages) is what notices when one of these no longer holds.
 */
type RheaModule = Container & {
  readonly types: {
    readonly Reader: new (bytes: Buffer) => { read: () => Typed };
    readonly Writer: new () => { write: (value: Typed) => void; toBuffer: () => Buffer };
  };
  readonly create_container: (options: ConnectionOptions) => Container;
};

type OutgoingWindow = { next_delivery_id: number; next_pending_delivery: number; available: () => number };
type TransferFrame = { performative: { handle: number; message_format?: number | undefined } };
type IncomingLink = Receiver & { _incomplete?: { frames?: Buffer[] } };
type SessionInside = {
  outgoing: OutgoingWindow;
  on_transfer: (frame: TransferFrame) => void;
  _get_link: (frame: TransferFrame) => IncomingLink;
  watched?: true;
};
type SenderInside = Sender & {
  credit: number;
  delivery_count: number;
  issue_flow: boolean;
  _draining: boolean;
  _get_drain: () => boolean;
  connection: { _register: () => void };
};
type Settings = {
  local: { attach: { snd_settle_mode?: number; rcv_settle_mode?: number; max_message_size?: number } };
};

const { default: rhea } = module as unknown as { readonly default: RheaModule };
export const { types } = rhea;

export const readValue = (bytes: Buffer): Typed => new rhea.types.Reader(bytes).read();

export const writeValue = (value: Typed): Buffer => {
  const writer = new rhea.types.Writer();
  writer.write(value);
  return writer.toBuffer();
};

/** A container that offers the two SASL mechanisms clients of Service Bus ask for; the real check is made at `$cbs`. */
export const createContainer = (options: object): Container => {
  const container = rhea.create_container(options as ConnectionOptions);
  const anonymous = () => ({ outcome: undefined as boolean | undefined, start() { this.outcome = true; } }); // prettier-ignore
  Object.assign(container.sasl_server_mechanisms as object, { ANONYMOUS: anonymous, MSSBCBS: anonymous });
  return container;
};

/** Serves one accepted socket. */
export const acceptSocket = (container: Container, options: object, socket: unknown): Connection => {
  const connection: Connection = container.create_connection(options as ConnectionOptions);
  (connection as unknown as { accept: (socket: unknown) => void }).accept(socket);
  return connection;
};

/** The address of a link's source or target; undefined when it has none, or the peer sent no terminus at all. */
export const addressOf = (terminus: unknown): string | undefined => {
  const address = (terminus as { address?: unknown } | null | undefined)?.address;
  return typeof address === "string" ? address : undefined;
};

/** The filters a receiving client set on its source, by name. */
export const filterOf = (sender: Sender): object => (sender.source as { filter?: object | null }).filter ?? {};

/** What our attach frame answers; to be set before the turn in which the peer's attach came ends. */
export const answerAttach = (link: Sender | Receiver, settings: Settings["local"]["attach"]): void => {
  Object.assign((link as unknown as Settings).local.attach, settings);
};

/**
 * Lets a receiver's messages through as the bytes they came in (rhea would decode those of format 0, and re-encoding loses
 * types), and closes the link when one message outgrows the limit before it is complete, so that memory stays bounded.
 */
export const receiveRaw = (receiver: Receiver, bytesMax: number, tooLarge: () => void): void => {
  rawLinks.set(receiver, { bytesMax, tooLarge, isRefused: false });
  const session = receiver.session as unknown as SessionInside;
  if (session.watched) return;
  session.watched = true;
  const onTransfer = session.on_transfer.bind(session);
  session.on_transfer = (frame) => {
    const link = session._get_link(frame);
    const raw = rawLinks.get(link);
    if (!raw) {
      onTransfer(frame);
      return;
    }
    if (raw.isRefused) return;
    if (frame.performative.message_format === 0) frame.performative.message_format = undefined;
    onTransfer(frame);
    const unfinished = link._incomplete?.frames ?? [];
    raw.isRefused = unfinished.reduce((bytes, part) => bytes + part.length, 0) > raw.bytesMax;
    if (raw.isRefused) raw.tooLarge();
  };
};

type RawLink = { readonly bytesMax: number; readonly tooLarge: () => void; isRefused: boolean };
const rawLinks = new WeakMap<Receiver, RawLink>();

const inside = (sender: Sender) => sender as unknown as SenderInside;
const outgoingOf = (sender: Sender): OutgoingWindow => (sender.session as unknown as SessionInside).outgoing;

/** How many messages may be sent now: rhea takes credit only when a frame leaves, and keeps at most 2,048 unsettled a session. */
export const creditOf = (sender: Sender): number => {
  const { next_delivery_id, next_pending_delivery, available } = outgoingOf(sender);
  const outgoing = outgoingOf(sender);
  return Math.min(inside(sender).credit - (next_delivery_id - next_pending_delivery), available.call(outgoing));
};

export const isDraining = (sender: Sender): boolean => inside(sender)._draining;

/** True when all messages given to rhea have left as frames. */
export const isFlushed = (sender: Sender): boolean =>
  outgoingOf(sender).next_delivery_id === outgoingOf(sender).next_pending_delivery;

/** Gives back all credit (AMQP 1.0 part 2, section 2.6.7). rhea by itself would not answer when no credit is left. */
export const answerDrain = (sender: Sender): void => {
  const link = inside(sender);
  link.delivery_count += Math.max(link.credit, 0);
  link.credit = 0;
  link._draining = false;
  link._get_drain = () => true;
  link.issue_flow = true;
  link.connection._register();
};

/**
 * Answers a flow for which there is nothing to send by an empty frame. A client without TCP_NODELAY, such as Azure's for JavaScript,
 * holds its next small frame back until the flow is acknowledged, and our kernel delays a bare acknowledgement by 40 ms.
 */
export const acknowledgeFlow = (sender: Sender): void => {
  const connection = sender.connection as unknown as ConnectionInside;
  if (connection.acknowledging) return;
  connection.acknowledging = true;
  const before = connection.socket.bytesWritten;
  setTimeout(() => {
    connection.acknowledging = false;
    if (connection.is_open() && connection.socket.bytesWritten === before) connection._write_frame();
  }, acknowledgeAfterMs);
};

const acknowledgeAfterMs = 1;
type ConnectionInside = {
  readonly socket: { readonly bytesWritten: number };
  readonly is_open: () => boolean;
  readonly _write_frame: () => void;
  acknowledging?: boolean;
};

/** An outcome of AMQP 1.0 part 3, section 3.4, as rhea wants it in an update. */
export type Outcome = { readonly isAccepted: boolean; readonly state: unknown };

export const outcomes = {
  accepted: (): Outcome => ({ isAccepted: true, state: described(0x24, []) }),
  released: (): Outcome => ({ isAccepted: false, state: described(0x26, []) }),
  rejected: (condition: string, description: string): Outcome => ({
    isAccepted: false,
    state: described(0x25, [types.wrap_error({ condition, description })]),
  }),
};

const described = (code: number, fields: readonly Typed[]): unknown =>
  types.described(types.wrap_ulong(code), types.wrap_list(fields));

/** Settles a delivery we received. */
export const settleIncoming = (delivery: Delivery, outcome: Outcome): void => writeOutcome(delivery, outcome);

/** Settles a delivery we sent. Its receiver waits for us to settle and never does so itself, which rhea would wait for in vain. */
export const settleOutgoing = (delivery: Delivery, outcome: Outcome): void => {
  writeOutcome(delivery, outcome);
  (delivery as { remote_settled: boolean }).remote_settled = true;
};

const writeOutcome = (delivery: Delivery, { isAccepted, state }: Outcome): void => {
  // rhea writes what was settled in one turn as ranges of neighbours and gives the second of a range the outcome of the first.
  // Between outcomes of different kinds what is pending goes out first.
  if (!isAccepted) flush(delivery);
  delivery.update(true, state);
  if (!isAccepted) flush(delivery);
};

const flush = (delivery: Delivery): void => {
  (delivery.link.connection as unknown as { _process: () => void })._process();
};
