import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { SessionNews } from './session-news.js';

/** Lets a gateway know what other gateways took into the sessions that are read here. */
@Controller()
export class SessionEvents {
  constructor(private readonly news: SessionNews) {}

  @EventPattern('session.changed' satisfies keyof ControlEvents)
  changed(@Payload() event: ControlEvents['session.changed']): void {
    this.news.hear(event);
  }
}
