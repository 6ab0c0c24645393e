import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type Caller,
  type CreateTask,
  type CreateTaskBatch,
  createTaskBatchSchema,
  createTaskSchema,
  type ListTasks,
  listTasksSchema,
  taskIdOf,
} from '#contracts';
import { MessageReader, TaskReader } from '#ledger';
import { CancelMessage } from '#walk';
import { ApiKeyGuard } from '../api-key.guard.js';
import { askedOf, askedOfItem } from '../asked.js';
import { CallerOf, RequireScope, TakesToken } from '../caller.js';
import { AcceptTask } from './accept-task.js';
import { ofTask } from './of-task.js';
import { acceptedTaskView, taskBatchView, taskPageView, taskView } from './task.view.js';

const PATH = '/api/v1/tasks';
const BATCH_PATH = `${PATH}/batch`;

/** Messages as tasks: work with a type, data and a callback. */
@Controller('api/v1/tasks')
@UseGuards(ApiKeyGuard)
@TakesToken()
export class TasksController {
  constructor(
    private readonly accept: AcceptTask,
    private readonly reader: MessageReader,
    private readonly tasks: TaskReader,
    private readonly cancel: CancelMessage,
  ) {}

  @Post()
  @RequireScope('write')
  async create(
    @CallerOf() caller: Caller,
    @Body({ schema: createTaskSchema }) body: CreateTask,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { message, replayed } = await this.accept.run(caller, body, askedOf(request, PATH, body));
    reply.header('location', `${PATH}/${taskIdOf(message.id)}`);
    if (replayed) reply.header('idempotency-replayed', 'true');
    return acceptedTaskView(message);
  }

  /** 200, whatever becomes of the single tasks. */
  @Post('batch')
  @RequireScope('write')
  @HttpCode(200)
  async createBatch(
    @CallerOf() caller: Caller,
    @Body({ schema: createTaskBatchSchema }) { tasks }: CreateTaskBatch,
    @Req() request: FastifyRequest,
  ) {
    const asked = (index: number) => askedOfItem(request, BATCH_PATH, index, tasks[index]);
    return taskBatchView(await this.accept.runAll(caller, tasks, asked), request.id);
  }

  @Get()
  @Header('cache-control', 'no-store')
  async list(@CallerOf() { tenantId }: Caller, @Query({ schema: listTasksSchema }) query: ListTasks) {
    return taskPageView(await this.tasks.list(tenantId, query), query);
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async get(@CallerOf() { tenantId }: Caller, @Param('id') id: string) {
    return taskView(await ofTask(id, (messageId) => this.reader.get(tenantId, messageId)));
  }

  /** One that runs ends a moment later. */
  @Delete(':id')
  @RequireScope('write')
  async remove(@CallerOf() { tenantId }: Caller, @Param('id') id: string) {
    const message = await ofTask(id, (messageId) => this.cancel.run(tenantId, messageId));
    return { message: 'The task was cancelled', task_id: taskIdOf(message.id), status: 'cancelled' };
  }
}
