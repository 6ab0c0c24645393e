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
  type AddEndpoint,
  addEndpointSchema,
  type ChangeEndpoint,
  changeEndpointSchema,
  type ListEndpoints,
  listEndpointsSchema,
} from '#contracts';
import { EndpointBoard, Endpoints } from '#endpoints';
import { ApiKeyGuard } from './api-key.guard.js';
import { RequireScope } from './caller.js';
import { endpointStatsView, endpointView } from './endpoint.view.js';

const PATH = 'api/v1/endpoints';

/** The endpoints of all providers: the operator's own affair, since they serve every tenant and get the keys. */
@Controller(PATH)
@UseGuards(ApiKeyGuard)
export class EndpointsController {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly board: EndpointBoard,
  ) {}

  @Post()
  @RequireScope('admin')
  async add(
    @Body({ schema: addEndpointSchema }) body: AddEndpoint,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const added = await this.endpoints.add(body);
    const [{ id }] = added;
    reply.header('location', `/${PATH}/${encodeURIComponent(id)}`);
    return { endpoint_id: id, ...endpointView(added) };
  }

  @Get()
  @RequireScope('admin')
  @Header('cache-control', 'no-store')
  async list(@Query({ schema: listEndpointsSchema }) query: ListEndpoints) {
    return { endpoints: (await this.endpoints.list(query)).map(endpointView) };
  }

  @Get('stats')
  @RequireScope('admin')
  @Header('cache-control', 'no-store')
  async stats() {
    return endpointStatsView(await this.endpoints.list(), this.board);
  }

  @Get(':id')
  @RequireScope('admin')
  @Header('cache-control', 'no-store')
  async get(@Param('id') id: string) {
    return endpointView(await this.endpoints.get(id));
  }

  @Put(':id')
  @RequireScope('admin')
  async change(@Param('id') id: string, @Body({ schema: changeEndpointSchema }) body: ChangeEndpoint) {
    return endpointView(await this.endpoints.change(id, body));
  }

  @Delete(':id')
  @RequireScope('admin')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    await this.endpoints.remove(id);
  }
}
