import { Controller, Get, Param, Query, Req, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  AppError,
  type Caller,
  type ErrorCode,
  type SessionStreamQuery,
  sessionStreamQuerySchema,
} from '#contracts';
import { ApiKeyGuard } from '../api-key.guard.js';
import { CallerOf, TakesToken } from '../caller.js';
import { OpenSession } from './open-session.js';
import { StreamSession } from './stream-session.js';

/** Errors that are answered as plain text. */
const AS_TEXT: readonly ErrorCode[] = ['invalid_session_id', 'session_not_found'];

@Controller('sse')
@UseGuards(ApiKeyGuard)
export class SessionStreamController {
  constructor(
    private readonly sessions: OpenSession,
    private readonly streams: StreamSession,
  ) {}

  @Get(':sessionId')
  @TakesToken()
  async stream(
    @CallerOf() { tenantId }: Caller,
    @Param('sessionId') id: string,
    @Query({ schema: sessionStreamQuerySchema }) query: SessionStreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    try {
      const header = request.headers['last-event-id'];
      const after = typeof header === 'string' && header !== '' ? header : query.last_event_id;
      const { session, from } = await this.sessions.run(tenantId, id, { after, from: query.from });
      await this.streams.run(session, from, request, reply);
    } catch (error) {
      if (!(error instanceof AppError) || !AS_TEXT.includes(error.code)) throw error;
      await reply.status(error.status).type('text/plain; charset=utf-8').send(error.message);
    }
  }
}
