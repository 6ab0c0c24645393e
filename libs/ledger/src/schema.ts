import { type Schema } from '#database';
import { CallbackDeliveryRow } from './entities/callback-delivery.entity.js';
import { ConversationRow } from './entities/conversation.entity.js';
import { DeadLetterAuditRow } from './entities/dead-letter-audit.entity.js';
import { DeadLetterRow } from './entities/dead-letter.entity.js';
import { MessageRow } from './entities/message.entity.js';
import { ProviderCallRow } from './entities/provider-call.entity.js';
import { RedriveRow } from './entities/redrive.entity.js';
import { ReplyRow } from './entities/reply.entity.js';
import { ResourceAllocationRow } from './entities/resource-allocation.entity.js';
import { ResourceRow } from './entities/resource.entity.js';
import { SessionRow } from './entities/session.entity.js';
import { Ledger1763640000000 } from './migrations/1763640000000-ledger.js';
import { Engine1763700000000 } from './migrations/1763700000000-engine.js';
import { Preprocessing1763760000000 } from './migrations/1763760000000-preprocessing.js';
import { DeadLetters1763770000000 } from './migrations/1763770000000-dead-letters.js';
import { Resources1763780000000 } from './migrations/1763780000000-resources.js';
import { QueueStatistics1763790000000 } from './migrations/1763790000000-queue-statistics.js';
import { Life1763800000000 } from './migrations/1763800000000-life.js';
import { Routes1763810000000 } from './migrations/1763810000000-routes.js';
import { ReplyData1763812000000 } from './migrations/1763812000000-reply-data.js';
import { Endpoints1763816000000 } from './migrations/1763816000000-endpoints.js';
import { Budgets1763817000000 } from './migrations/1763817000000-budgets.js';
import { Tasks1763822000000 } from './migrations/1763822000000-tasks.js';
import { DeadLetterHooks1763831000000 } from './migrations/1763831000000-dead-letter-hooks.js';
import { Handovers1763840000000 } from './migrations/1763840000000-handovers.js';
import { RoomForCalls1763841000000 } from './migrations/1763841000000-room-for-calls.js';
import { Usage1763816500000 } from './migrations/1763816500000-usage.js';
import { Sessions1763820000000 } from './migrations/1763820000000-sessions.js';

/** The tables of the ledger and the steps that lead to them. */
export const LEDGER_SCHEMA: Schema = {
  entities: [
    CallbackDeliveryRow,
    ConversationRow,
    DeadLetterAuditRow,
    DeadLetterRow,
    MessageRow,
    ProviderCallRow,
    RedriveRow,
    ReplyRow,
    ResourceRow,
    ResourceAllocationRow,
    SessionRow,
  ],
  migrations: [
    Ledger1763640000000,
    Engine1763700000000,
    Preprocessing1763760000000,
    DeadLetters1763770000000,
    Resources1763780000000,
    QueueStatistics1763790000000,
    Life1763800000000,
    Routes1763810000000,
    ReplyData1763812000000,
    Endpoints1763816000000,
    Usage1763816500000,
    Budgets1763817000000,
    Sessions1763820000000,
    Tasks1763822000000,
    DeadLetterHooks1763831000000,
    Handovers1763840000000,
    RoomForCalls1763841000000,
  ],
};
