import { Controller, Get, Header, HttpCode, Param, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { AppError, type ErrorCode, errorRow, ERRORS, FIXES } from '#contracts';
import { type ComponentHealth, type ComponentStatus, Health, Metrics, overallStatus } from '#observability';
import { VERSION } from './version.js';

const STARTED_AT = Date.now();

type Components = Readonly<Record<string, ComponentHealth>>;

/** What every process answers to those who run it: does it live, can it serve, what has it counted. */
@Controller()
export class SystemController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  /** Liveness: never depends on another system. */
  @Get('health')
  live() {
    return { status: 'healthy', ...whoAmI() };
  }

  /** Readiness: 503 while a component that nothing works without is away, or while shutting down. */
  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const [components, facts] = await Promise.all([this.health.components(), this.health.facts()]);
    const { draining } = this.health;
    const health = draining ? 'unhealthy' : overallStatus(components);
    void reply
      .status(health === 'unhealthy' ? 503 : 200)
      .send({ ...readiness(health, components, draining), ...whoAmI(), draining, components, ...facts });
  }

  @Get('api/v1/health')
  @HttpCode(200)
  async components() {
    const components = await this.health.components();
    return {
      status: overallStatus(components),
      timestamp: new Date().toISOString(),
      uptime_seconds: Math.round((Date.now() - STARTED_AT) / 1_000),
      components: Object.fromEntries(
        Object.entries(components).map(([name, { status, responseTimeMs, detail }]) => [
          name,
          { status, response_time_ms: responseTimeMs, ...(detail !== undefined && { detail }) },
        ]),
      ),
    };
  }

  /** What the `type` of a problem document points to. */
  @Get('errors/:code')
  explain(@Param('code') code: string) {
    if (!Object.hasOwn(ERRORS, code)) throw new AppError('route_not_found', `There is no error code ${code}`);
    const { title, status, retryable } = errorRow(code as ErrorCode);
    return { code, title, status, retryable, fix: FIXES[code as ErrorCode] };
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async prometheus(): Promise<string> {
    for (const [dependency, { status }] of Object.entries(await this.health.components()))
      this.metrics.dependencyUp.set({ dependency }, status === 'healthy' ? 1 : 0);
    return this.metrics.text();
  }
}

function readiness(health: ComponentStatus, components: Components, draining: boolean) {
  if (health !== 'unhealthy') return { status: 'ready', health };
  const away = Object.entries(components).filter(([, { status }]) => status === 'unhealthy');
  const reason = draining
    ? 'shutting down'
    : away.map(([name, { detail }]) => `${name} ${detail}`).join(', ');
  return { status: 'not ready', health, reason };
}

function whoAmI() {
  return { service: 'llm-message-queue', version: VERSION, timestamp: new Date().toISOString() };
}
