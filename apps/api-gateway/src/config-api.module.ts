import { Module } from '@nestjs/common';
import { CatalogModule, Catalogs } from '#catalog';
import {
  EffectiveSettings,
  EndpointSettings,
  HttpSettings,
  MessageSettings,
  QueueSettings,
  SchedulerSettings,
} from '#config';
import { provide } from '#runtime';
import { ConfigBoard } from './config-board.js';
import { ConfigController } from './config.controller.js';

/** The door to the configuration. */
@Module({
  imports: [CatalogModule],
  controllers: [ConfigController],
  providers: [
    provide(ConfigBoard, [
      EffectiveSettings,
      Catalogs,
      HttpSettings,
      QueueSettings,
      MessageSettings,
      SchedulerSettings,
      EndpointSettings,
    ]),
  ],
})
export class ConfigApiModule {}
