import { Module, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Server } from 'node:http';
import { HttpSettings, SocketSettings } from '#config';
import { Health, Log, Metrics } from '#observability';
import { provide } from '#runtime';
import { Sockets } from './sockets.js';

/** The WebSocket half of the HTTP server; whoever imports it sees to `drain`. */
@Module({
  providers: [provide(Sockets, [SocketSettings, HttpSettings, Health, Metrics, Log])],
  exports: [Sockets],
})
export class SocketsModule implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly sockets: Sockets,
  ) {}

  onModuleInit(): void {
    this.sockets.attach(this.adapter.httpAdapter.getHttpServer() as Server);
  }
}
