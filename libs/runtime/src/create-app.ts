import 'reflect-metadata';
import { type ServerOptions } from 'node:http';
import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Config } from '#config';
import { Health, Log, Metrics, Tracing } from '#observability';
import { answerUnreadable } from './client-errors.js';
import { CoreModule } from './core.module.js';
import { addCors } from './cors.js';
import { addHttpHooks, requestIdOf } from './http-hooks.js';
import { addJsonBodies } from './json-body.js';
import { measureProcess } from './measure-process.js';
import { NestLog } from './nest-log.js';
import { asAppError } from './problem.js';
import { ProblemFilter, sendProblem } from './problem.filter.js';
import { cutSilentConnections } from './silent-connections.js';
import { SystemController } from './system.controller.js';
import { traceRequests } from './trace-requests.js';
import { ValidationPipe } from './validation.pipe.js';

class Root {}

/** Every process is this function with a different list of roles. */
export async function createApp(
  config: Config,
  process: string,
  roles: readonly Type[],
): Promise<NestFastifyApplication> {
  const root: DynamicModule = {
    module: Root,
    imports: [CoreModule.forRoot(config, process), ...roles],
    controllers: [SystemController],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, httpAdapter(config), {
    // What goes wrong before our log is there is thrown, and told once, by `startOrExit`.
    logger: false,
    // Fastify reads JSON by itself; Nest would also take forms, which any web page may send to localhost.
    bodyParser: false,
    // A wiring mistake must fail a test, not end its runner.
    abortOnError: false,
  });
  const log = app.get(Log);
  app.useLogger(new NestLog(log));
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter(log));
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  addJsonBodies(server);
  addCors(server, config.http.cors_origins);
  addHttpHooks(server, app.get(Metrics), app.get(Health));
  cutSilentConnections(server);
  traceRequests(server, app.get(Tracing));
  measureProcess(app.get(Metrics), process, server.server);
  return app;
}

/**
 * Node takes the smaller of two bounds for the head, which is 60 s where it is not told at the beginning, and the larger
 * for all of a request; and it looks once in 30 s, whatever they are.
 */
export function timeoutsOf(requestTimeout: number): ServerOptions {
  const connectionsCheckingInterval = Math.min(30_000, requestTimeout / 4);
  return { requestTimeout, headersTimeout: requestTimeout, connectionsCheckingInterval };
}

function httpAdapter({ http }: Config): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: http.body_limit,
    trustProxy: http.trusted_proxies.length > 0 ? [...http.trusted_proxies] : false,
    requestTimeout: http.request_timeout,
    http: timeoutsOf(http.request_timeout),
    clientErrorHandler: answerUnreadable,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    // Requests under way are answered before the server closes; `runProcess` cuts what takes too long.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(asAppError(error), request, reply),
    genReqId: (request: { headers: Parameters<typeof requestIdOf>[0] }) => requestIdOf(request.headers),
  });
}
