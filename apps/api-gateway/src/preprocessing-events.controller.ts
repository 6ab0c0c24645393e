import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { RuleBook } from '#preprocessing';

/** Lets a gateway know of changed rules before it asks by itself. */
@Controller()
export class PreprocessingEvents {
  constructor(private readonly book: RuleBook) {}

  @EventPattern('preprocessing.changed' satisfies keyof ControlEvents)
  async changed(@Payload() _event: ControlEvents['preprocessing.changed']): Promise<void> {
    await this.book.refresh();
  }
}
