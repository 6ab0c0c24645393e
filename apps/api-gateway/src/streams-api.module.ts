import { Module } from '@nestjs/common';
import { HttpSettings, StreamSettings } from '#config';
import { LedgerModule, MessageReader } from '#ledger';
import { Log, Metrics, Tracing } from '#observability';
import { provide } from '#runtime';
import { ReplyStreams, StreamingModule } from '#streaming';
import { AcceptModule, QueuePlaces } from '#walk';
import { OpenStreams } from './open-streams.js';
import { ReplyFeed } from './reply-feed.js';
import { StreamReply } from './stream-reply.js';
import { WaitingComment } from './waiting-comment.js';

/** Replies for whoever reads them, through whichever door; all doors share the bound on open streams. */
@Module({
  imports: [AcceptModule, LedgerModule, StreamingModule],
  providers: [
    provide(OpenStreams, [HttpSettings, Metrics]),
    provide(ReplyFeed, [ReplyStreams, MessageReader, StreamSettings, Tracing]),
    provide(WaitingComment, [QueuePlaces]),
    provide(StreamReply, [ReplyFeed, OpenStreams, WaitingComment, StreamSettings, Log]),
  ],
  exports: [OpenStreams, ReplyFeed, WaitingComment, StreamReply],
})
export class StreamsApiModule {}
