import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { RunningMessages } from '#walk';

/** What other processes ask of a worker. */
@Controller()
export class WorkerControlEvents {
  constructor(private readonly running: RunningMessages) {}

  @EventPattern('message.cancel' satisfies keyof ControlEvents)
  cancel(@Payload() { messageId }: ControlEvents['message.cancel']): void {
    this.running.stop(messageId, 'cancelled');
  }
}
