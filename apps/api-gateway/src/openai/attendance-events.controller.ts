import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { Attendance } from './attendance.js';

/** What gateways tell each other of who waits for which message. */
@Controller()
export class AttendanceEvents {
  constructor(private readonly attendance: Attendance) {}

  @EventPattern('message.deserted' satisfies keyof ControlEvents)
  deserted(@Payload() { messageId }: ControlEvents['message.deserted']): void {
    this.attendance.deserted(messageId);
  }

  @EventPattern('message.awaited' satisfies keyof ControlEvents)
  awaited(@Payload() { messageId }: ControlEvents['message.awaited']): void {
    this.attendance.awaited(messageId);
  }
}
