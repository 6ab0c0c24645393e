import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  type Heartbeat,
  heartbeatSchema,
  type ListResources,
  listResourcesSchema,
  type RegisterResource,
  registerResourceSchema,
  type UpdateResource,
  updateResourceSchema,
} from '#contracts';
import { Resources } from '#resources';
import { ApiKeyGuard } from './api-key.guard.js';
import { RequireScope } from './caller.js';
import { pageView } from './message.view.js';
import { resourceStatsView, resourceView } from './resource.view.js';

/** What model servers register. It serves every tenant, so that only the scope `admin` may change it. */
@Controller('api/v1/resources')
@UseGuards(ApiKeyGuard)
export class ResourcesController {
  constructor(private readonly resources: Resources) {}

  @Post()
  @RequireScope('admin')
  async register(
    @Body({ schema: registerResourceSchema }) body: RegisterResource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const resource = await this.resources.register(body);
    reply.header('location', `/api/v1/resources/${encodeURIComponent(resource.id)}`);
    return { resource_id: resource.id, ...resourceView(resource) };
  }

  @Get()
  async list(@Query({ schema: listResourcesSchema }) query: ListResources) {
    return pageView('resources', await this.resources.list(query), resourceView);
  }

  @Get('stats')
  @Header('cache-control', 'no-store')
  async stats() {
    return resourceStatsView(await this.resources.stats());
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async get(@Param('id') id: string) {
    return resourceView(await this.resources.get(id));
  }

  @Put(':id')
  @RequireScope('admin')
  async update(@Param('id') id: string, @Body({ schema: updateResourceSchema }) body: UpdateResource) {
    return resourceView(await this.resources.update(id, body));
  }

  @Delete(':id')
  @RequireScope('admin')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    await this.resources.remove(id);
  }

  @Post(':id/heartbeat')
  @RequireScope('admin')
  @HttpCode(200)
  async heartbeat(@Param('id') id: string, @Body({ schema: heartbeatSchema }) body: Heartbeat) {
    return resourceView(await this.resources.heartbeat(id, body));
  }
}
