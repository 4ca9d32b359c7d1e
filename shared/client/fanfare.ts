/** The client for browsers: one user's notifications of one app, in pages and service workers. */
export { UserNotificationClient } from "./client.ts";
export type { ClientEvents, ClientUses, RefusedChange, Standing } from "./client.ts";
export type { ClientOptions, GetToken } from "./client-options.ts";
export type { Answer, DeltaPage, FeedApi, FeedChange, Setback, Versioned } from "./feed-api.ts";
export type { Edit, Known, LocalState } from "./local-state.ts";
export type { LocalStore, Registration, RegistrationStore } from "./local-store.ts";
export type { ReadState, StateChange, UserActionState, UserNotification, VisualContent } from "./notification.ts";
export type { PushOutcome } from "./process-push.ts";
export type { GivenPushSubscription } from "./push-channel.ts";
export type { NotificationType, Subscribed, SubscriptionApi, SubscriptionWish } from "./subscription-api.ts";
export type { Pushed, SubscribeOptions } from "./subscription.ts";
export type { Channel, Surroundings } from "./surroundings.ts";
export type { NotificationsChange } from "./view-change.ts";
