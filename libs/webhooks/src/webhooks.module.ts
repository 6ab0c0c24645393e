import { Module } from '@nestjs/common';
import { WebhookSettings } from '#config';
import { CallbackOutbox, LedgerModule } from '#ledger';
import { Log, Metrics, Tracing } from '#observability';
import { provide } from '#runtime';
import { CallbackGuard } from './callback-guard.js';
import { DeliverCallbacks } from './deliver-callbacks.js';
import { SendCallback } from './send-callback.js';

/** Where callbacks may go, for the door that takes them. */
@Module({
  providers: [provide(CallbackGuard, [WebhookSettings])],
  exports: [CallbackGuard],
})
export class CallbackGuardModule {}

/** Delivers callbacks. */
@Module({
  imports: [LedgerModule, CallbackGuardModule],
  providers: [
    provide(SendCallback, [CallbackGuard, WebhookSettings, Tracing]),
    provide(DeliverCallbacks, [CallbackOutbox, SendCallback, WebhookSettings, Metrics, Log]),
  ],
  exports: [DeliverCallbacks],
})
export class WebhooksModule {}
