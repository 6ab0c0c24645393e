import { Body, Controller, Get, Header, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Caller, type TestProvider, testProviderSchema } from '#contracts';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope, TakesToken } from './caller.js';
import { messageView } from './message.view.js';
import { ProviderBoard } from './provider-board.js';
import { modelsView, providerStatusView } from './provider.view.js';
import { time } from './sums.js';
import { TryProvider } from './try-provider.js';

/** Who may answer, and how they are doing. */
@Controller('api/v1/providers')
@UseGuards(ApiKeyGuard)
@TakesToken()
export class ProvidersController {
  constructor(
    private readonly board: ProviderBoard,
    private readonly tries: TryProvider,
  ) {}

  @Get()
  list() {
    return { providers: this.board.names };
  }

  @Get('status')
  @Header('cache-control', 'no-store')
  async statuses(@CallerOf() { tenantId }: Caller) {
    const all = await this.board.all(tenantId);
    return Object.fromEntries(all.map((provider) => [provider.spec.name, providerStatusView(provider)]));
  }

  @Get(':name/status')
  @Header('cache-control', 'no-store')
  async status(@CallerOf() { tenantId }: Caller, @Param('name') name: string) {
    return providerStatusView(await this.board.one(tenantId, name));
  }

  @Get(':name/models')
  models(@Param('name') name: string) {
    return { models: modelsView(this.board.specOf(name)) };
  }

  /** 200 also where the provider has not answered: that is what one wants to know. */
  @Post(':name/test')
  @RequireScope('admin')
  @HttpCode(200)
  async try(
    @CallerOf() caller: Caller,
    @Param('name') name: string,
    @Body({ schema: testProviderSchema }) body: TestProvider,
    @Req() request: FastifyRequest,
  ) {
    this.board.specOf(name);
    const tried = await this.tries.run(caller, name, body, request.id);
    return {
      ok: tried.message.status === 'completed',
      first_token_time: time(tried.firstTokenMs),
      response_time: time(tried.totalMs),
      message: messageView(tried.message),
    };
  }
}
