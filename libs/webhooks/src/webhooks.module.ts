import { Module } from '@nestjs/common';
import { WebhookSettings } from '#config';
import { CallbackOutbox, DeadLetterHooks, LedgerModule } from '#ledger';
import { Log, Metrics, Tracing } from '#observability';
import { provide } from '#runtime';
import { CallbackGuard } from './callback-guard.js';
import { CallbackSecrets } from './callback-secrets.js';
import { DeliverCallbacks } from './deliver-callbacks.js';
import { SendCallback } from './send-callback.js';
import { TellDeadLetters } from './tell-dead-letters.js';

/** Where callbacks may go, and how their secrets are kept, for the door that takes them. */
@Module({
  providers: [provide(CallbackGuard, [WebhookSettings]), provide(CallbackSecrets, [WebhookSettings])],
  exports: [CallbackGuard, CallbackSecrets],
})
export class CallbackGuardModule {}

/** Delivers callbacks. */
@Module({
  imports: [LedgerModule, CallbackGuardModule],
  providers: [
    provide(SendCallback, [CallbackGuard, WebhookSettings, Tracing]),
    provide(DeliverCallbacks, [CallbackOutbox, SendCallback, CallbackSecrets, WebhookSettings, Metrics, Log]),
    provide(TellDeadLetters, [DeadLetterHooks, WebhookSettings, Log]),
  ],
  exports: [DeliverCallbacks, TellDeadLetters],
})
export class WebhooksModule {}
