import { Module } from '@nestjs/common';
import { ResourcesModule } from '#resources';
import { AllocationsController } from './allocations.controller.js';
import { ResourcesController } from './resources.controller.js';

/** The doors to the resources; what has a fixed path comes before what takes an id. */
@Module({ imports: [ResourcesModule], controllers: [AllocationsController, ResourcesController] })
export class ResourcesApiModule {}
