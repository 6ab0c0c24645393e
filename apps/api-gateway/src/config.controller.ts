import { Controller, Get, Header, UseGuards } from '@nestjs/common';
import { ApiKeyGuard } from './api-key.guard.js';
import { RequireScope } from './caller.js';
import { ConfigBoard } from './config-board.js';

/** What the configuration has come to; it names tenants, so that it is for operators. */
@Controller('api/v1/config')
@UseGuards(ApiKeyGuard)
export class ConfigController {
  constructor(private readonly board: ConfigBoard) {}

  @Get()
  @RequireScope('admin')
  @Header('cache-control', 'no-store')
  show() {
    return this.board.show();
  }
}
