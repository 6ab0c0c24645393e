import { Body, Controller, Get, Header, HttpCode, Param, Post, Put, UseGuards } from '@nestjs/common';
import { type ChangeBalancing, changeBalancingSchema } from '#balancing';
import { BalancingDesk } from '#endpoints';
import { ApiKeyGuard } from './api-key.guard.js';
import { balancingView } from './balancing.view.js';
import { RequireScope } from './caller.js';

/** How a provider spreads its calls over endpoints and keys. */
@Controller('api/v1/providers/:name')
@UseGuards(ApiKeyGuard)
export class BalancingController {
  constructor(private readonly desk: BalancingDesk) {}

  @Get('balancing')
  @RequireScope('admin')
  @Header('cache-control', 'no-store')
  async show(@Param('name') name: string) {
    return balancingView(name, await this.desk.show(name));
  }

  @Put('balancing')
  @RequireScope('admin')
  async change(@Param('name') name: string, @Body({ schema: changeBalancingSchema }) body: ChangeBalancing) {
    return balancingView(name, await this.desk.change(name, body));
  }

  @Post('keys/:id/restore')
  @RequireScope('admin')
  @HttpCode(200)
  async putBack(@Param('name') name: string, @Param('id') id: string) {
    return balancingView(name, await this.desk.putBack(name, id));
  }
}
