import { Module } from '@nestjs/common';
import { HttpSettings } from '#config';
import { Metrics } from '#observability';
import { provide } from '#runtime';
import { OpenStreams } from './open-streams.js';

/** The one count of open streams of this process, for every door that has some. */
@Module({
  providers: [provide(OpenStreams, [HttpSettings, Metrics])],
  exports: [OpenStreams],
})
export class OpenStreamsModule {}
