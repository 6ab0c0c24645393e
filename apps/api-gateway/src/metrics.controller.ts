import { Controller, Get, Header, Query, Res, UseGuards } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Server } from 'node:http';
import { promisify } from 'node:util';
import { type FastifyReply } from 'fastify';
import { type Caller, type MetricsQuery, metricsQuerySchema } from '#contracts';
import { Database } from '#database';
import { Metrics } from '#observability';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, TakesToken } from './caller.js';
import { MachineGauge } from './machine-gauge.js';
import {
  applicationView,
  databaseView,
  providerMetricsView,
  serverView,
  systemView,
} from './metrics.view.js';
import { ProviderBoard } from './provider-board.js';
import { requestCounts } from './request-counts.js';
import { StatsDesk } from './stats-desk.js';

/** Numbers of this process, of the caller's tenant, and of its calls to each provider, in one look. */
@Controller('api/v1/metrics')
@UseGuards(ApiKeyGuard)
@TakesToken()
export class MetricsController {
  readonly #startedAt = performance.now();

  constructor(
    private readonly metrics: Metrics,
    private readonly stats: StatsDesk,
    private readonly board: ProviderBoard,
    private readonly adapter: HttpAdapterHost,
    private readonly machine: MachineGauge,
    private readonly database: Database,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async of(
    @CallerOf() { tenantId }: Caller,
    @Query({ schema: metricsQuerySchema }) { format }: MetricsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (format === 'prometheus') {
      reply.type(this.metrics.registry.contentType);
      return this.metrics.text();
    }
    const [server, scheduler, providers, redis] = await Promise.all([
      this.#server(),
      this.stats.of(tenantId),
      this.board.all(tenantId),
      this.machine.redisNow(),
    ]);
    const now = await this.machine.look(server.request_count);
    const byName = providers.map((provider) => [provider.spec.name, providerMetricsView(provider)]);
    return {
      server,
      scheduler,
      providers: Object.fromEntries(byName) as object,
      system: systemView(now),
      application: applicationView(now, server, scheduler),
      database: databaseView(this.database.connections),
      redis,
    };
  }

  async #server() {
    const server = this.adapter.httpAdapter.getHttpServer() as Server;
    const connections = await promisify(server.getConnections.bind(server))();
    const uptimeMs = performance.now() - this.#startedAt;
    return serverView({ uptimeMs, connections, ...(await requestCounts(this.metrics)) });
  }
}
