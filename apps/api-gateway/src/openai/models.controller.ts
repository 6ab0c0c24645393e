import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { ApiKeyGuard } from '../api-key.guard.js';
import { ModelList } from './model-list.js';

/** What may be named as a model, as OpenAI's clients ask for it. */
@Controller('v1/models')
@UseGuards(ApiKeyGuard)
export class ModelsController {
  constructor(private readonly models: ModelList) {}

  @Get()
  list() {
    return { object: 'list', data: this.models.all() };
  }

  @Get(':id')
  one(@Param('id') id: string) {
    return this.models.one(id);
  }
}
