import { type BeforeApplicationShutdown, Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Server } from 'node:http';
import { HttpSettings, SocketSettings } from '#config';
import { Health, Log, Metrics } from '#observability';
import { provide } from '#runtime';
import { Sockets } from './sockets.js';

/** The WebSocket half of the HTTP server. */
@Module({
  providers: [provide(Sockets, [SocketSettings, HttpSettings, Health, Metrics, Log])],
  exports: [Sockets],
})
export class SocketsModule implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly sockets: Sockets,
  ) {}

  onModuleInit(): void {
    this.sockets.attach(this.adapter.httpAdapter.getHttpServer() as Server);
  }

  /** After the workers of this process have drained, so that clients saw how their messages ended. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.sockets.drain();
  }
}
