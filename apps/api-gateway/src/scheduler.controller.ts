import { Body, Controller, Get, Header, HttpCode, Put, UseGuards } from '@nestjs/common';
import { type SchedulerOverride, schedulerOverrideSchema } from '#contracts';
import { ApiKeyGuard } from './api-key.guard.js';
import { RequireScope } from './caller.js';
import { SchedulerBoard } from './scheduler-board.js';

/** The scheduler's plan, and an operator's word in it. */
@Controller('api/v1/scheduler')
@UseGuards(ApiKeyGuard)
export class SchedulerController {
  constructor(private readonly board: SchedulerBoard) {}

  @Get()
  @Header('cache-control', 'no-store')
  show() {
    return this.board.show();
  }

  @Put('override')
  @RequireScope('admin')
  @HttpCode(200)
  async override(@Body({ schema: schedulerOverrideSchema }) body: SchedulerOverride) {
    await this.board.order(body);
    return this.board.show();
  }
}
