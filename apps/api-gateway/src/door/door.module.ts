import { Module } from '@nestjs/common';
import { AuthSettings, LimitSettings, TenantSettings } from '#config';
import { Buckets, LimitsModule } from '#limits';
import { Metrics } from '#observability';
import { provide } from '#runtime';
import { Door } from './door.js';

@Module({
  imports: [LimitsModule],
  providers: [provide(Door, [Buckets, TenantSettings, Metrics, LimitSettings, AuthSettings])],
  exports: [Door],
})
export class DoorModule {}
