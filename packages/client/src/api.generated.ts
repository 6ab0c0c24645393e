// Made by `npm run docs` from docs/openapi.json; a test holds it against the code.

export type AcceptedTask = {
  readonly task_id: string;
  readonly status: "queued";
  readonly created_at: string;
};

export type Allocation = {
  readonly request_id: string;
  readonly resource_id: string;
  readonly endpoint: string;
  readonly model_type: string;
  readonly requirements: {
    readonly cpu?: number | undefined;
    readonly gpu?: number | undefined;
    readonly memory?: number | undefined;
    readonly tokens?: number | undefined;
  };
  readonly capabilities: readonly (string)[];
  readonly priority: "realtime" | "high" | "normal" | "low";
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly allocated: string;
  readonly expires: string;
};

export type Balancing = {
  readonly provider: string;
  readonly strategy: "round_robin" | "weighted_round_robin" | "weighted_random" | "least_connections" | "adaptive_load" | "ip_hash" | "priority_based";
  readonly affinity: "none" | "client_ip" | "session_id" | "user_id";
  readonly affinity_timeout: string;
  readonly configured: {
    readonly strategy: "round_robin" | "weighted_round_robin" | "weighted_random" | "least_connections" | "adaptive_load" | "ip_hash" | "priority_based";
    readonly affinity: "none" | "client_ip" | "session_id" | "user_id";
    readonly affinity_timeout: string;
  };
  readonly keys: readonly ({
    readonly id: string;
    readonly weight: number;
    readonly status: "in_use" | "resting";
    readonly reason: ErrorCode | null;
    readonly ends_in: string | null;
  })[];
};

export type Batch = {
  readonly created: number;
  readonly failed: number;
  readonly results: readonly ({
    readonly index: number;
    readonly status: number;
    readonly replayed?: true | undefined;
    readonly message?: Message | undefined;
    readonly error?: Problem | undefined;
  })[];
};

export type ChatCompletion = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly service_tier: "flex" | "default" | "priority";
  readonly object: "chat.completion";
  readonly choices: readonly ({
    readonly index: number;
    readonly message: {
      readonly role: "assistant";
      readonly content: string | null;
      readonly refusal: null;
      readonly annotations: readonly (unknown)[];
      readonly reasoning_content?: string | undefined;
      readonly tool_calls?: readonly ({
        readonly id: string;
        readonly type: "function";
        readonly function: {
          readonly name: string;
          readonly arguments: string;
        };
      })[] | undefined;
    };
    readonly logprobs: null;
    readonly finish_reason: "stop" | "length" | "tool_calls" | "content_filter";
  })[];
  readonly usage: CompletionUsage;
};

export type ChatCompletionChunk = {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly service_tier: "flex" | "default" | "priority";
  readonly object: "chat.completion.chunk";
  readonly choices: readonly ({
    readonly index: number;
    readonly delta: {
      readonly role?: "assistant" | undefined;
      readonly content?: string | undefined;
      readonly refusal?: null | undefined;
      readonly tool_calls?: readonly ({
        readonly id: string;
        readonly type: "function";
        readonly function: {
          readonly name: string;
          readonly arguments: string;
        };
        readonly index: number;
      })[] | undefined;
    };
    readonly logprobs: null;
    readonly finish_reason: "stop" | "length" | "tool_calls" | "content_filter" | null;
  })[];
  readonly usage?: CompletionUsage | null | undefined;
};

export type CompletionUsage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: {
    readonly cached_tokens: number;
  } | undefined;
  readonly completion_tokens_details?: {
    readonly reasoning_tokens: number;
  } | undefined;
};

export type Conversation = {
  readonly id: string;
  readonly user_id: string;
  readonly title: string;
  readonly context: string;
  readonly state: "active" | "inactive" | "completed" | "archived";
  readonly status: "active" | "inactive" | "completed" | "archived";
  readonly priority: "realtime" | "high" | "normal" | "low";
  readonly on_failure: "skip" | "block";
  readonly blocked_by: string | null;
  readonly message_count: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_active_at: string;
  readonly completed_at: string | null;
};

export type ConversationPage = {
  readonly conversations: readonly (Conversation)[];
  readonly pagination: Pagination;
};

export type DeadLetter = {
  readonly id: string;
  readonly source_queue: string;
  readonly user_id: string;
  readonly conversation_id: string | null;
  readonly priority: "realtime" | "high" | "normal" | "low";
  readonly provider: string;
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
  };
  readonly attempts: number;
  readonly failed_at: string;
};

export type DeadLetterAudit = {
  readonly id: string;
  readonly message_id: string;
  readonly action: "requeued" | "deleted" | "expired";
  readonly by: string | null;
  readonly redrive_id: string | null;
  readonly at: string;
  readonly user_id: string;
  readonly conversation_id: string | null;
  readonly priority: "realtime" | "high" | "normal" | "low";
  readonly provider: string;
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
  };
  readonly attempts: number;
  readonly failed_at: string;
};

export type DeadLetterPage = {
  readonly dead_letters: readonly (DeadLetter)[];
  readonly pagination: Pagination;
};

export type Delivery = {
  readonly id: string;
  readonly task_id: string;
  readonly event_type: "started" | "progress" | "completed" | "failed";
  readonly status: "pending" | "queued" | "running" | "completed" | "failed" | "cancelled" | "retrying" | "timeout";
  readonly error?: string | undefined;
  readonly url: string;
  readonly state: "pending" | "delivered" | "failed";
  readonly attempts: number;
  readonly next_attempt_at: string | null;
  readonly last_response: number | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly delivered_at: string | null;
};

export type Endpoint = {
  readonly id: string;
  readonly provider: string;
  readonly url: string;
  readonly name: string;
  readonly type: string;
  readonly capabilities: readonly (string)[];
  readonly weight: number;
  readonly priority: number;
  readonly group: "primary" | "backup";
  readonly enabled: boolean;
  readonly max_connections: number;
  readonly status: "healthy" | "degraded" | "unhealthy";
  readonly connections: number;
  readonly response_time: string | null;
  readonly inter_token_time: string | null;
  readonly error_rate: number;
  readonly breakers: {
    readonly closed: number;
    readonly half_open: number;
    readonly open: number;
  };
  readonly last_check: string | null;
  readonly origin: "config" | "api";
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly updated_at: string | null;
};

/** What went wrong; `GET /errors/{code}` explains one. */
export type ErrorCode = "invalid_request" | "content_empty" | "content_too_long" | "invalid_priority" | "message_not_found" | "task_not_found" | "task_not_done" | "task_failed" | "delivery_not_found" | "conversation_not_found" | "session_not_found" | "session_closed" | "invalid_session_id" | "invalid_user_id" | "provider_unknown" | "model_unknown" | "task_type_unknown" | "data_too_large" | "no_target" | "catalog_invalid" | "restart_needed" | "invalid_schedule" | "invalid_transition" | "idempotency_mismatch" | "dead_letter_not_found" | "redrive_not_found" | "redrive_running" | "rule_not_found" | "resource_not_found" | "resource_exists" | "endpoint_not_found" | "endpoint_exists" | "endpoint_configured" | "address_refused" | "key_not_found" | "allocation_not_found" | "allocation_exists" | "capacity_exceeded" | "limit_reached" | "conversation_closed" | "message_finished" | "unauthorized" | "forbidden" | "host_not_allowed" | "origin_not_allowed" | "route_not_found" | "payload_too_large" | "unsupported_media_type" | "request_timeout" | "rate_limited" | "budget_exhausted" | "shed" | "queue_full" | "too_many_streams" | "too_many_connections" | "conversation_full" | "draining" | "database_unavailable" | "redis_unavailable" | "intake_overloaded" | "stream_lost" | "expired" | "cancelled" | "worker_lost" | "worker_failed" | "task_type_gone" | "result_invalid" | "reply_too_large" | "provider_rate_limited" | "provider_quota_exhausted" | "provider_overloaded" | "provider_rejected" | "provider_unauthorized" | "provider_timeout" | "provider_unavailable" | "provider_bad_response" | "internal";

export type Message = {
  readonly id: string;
  readonly conversation_id: string | null;
  readonly user_id: string;
  readonly content: string;
  readonly priority: "realtime" | "high" | "normal" | "low";
  readonly provider: string;
  readonly model: string | null;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly system_prompt?: string | undefined;
  readonly messages?: readonly ({
    readonly role: string;
  })[] | undefined;
  readonly config?: {
    readonly cache_enabled: boolean;
    readonly cache_ttl?: string | undefined;
  } | undefined;
  readonly retry_delay?: string | undefined;
  readonly task_type?: string | undefined;
  readonly data?: unknown;
  readonly routing: {
    readonly targets: readonly ({
      readonly provider: string;
      readonly model: string;
    })[];
    readonly at: number;
    readonly candidates: readonly ({

    })[];
  };
  readonly status: "pending" | "scheduled" | "queued" | "processing" | "retrying" | "completed" | "failed" | "timeout" | "cancelled";
  readonly queue_name: string;
  readonly retry_count: number;
  readonly max_retries: number;
  readonly timeout: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly reply: Reply | null;
  readonly usage: SpentUsage | null;
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
  } | null;
  readonly request_id: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly scheduled_at: string | null;
  readonly expires_at: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly queue?: QueuePlace | null | undefined;
};

export type MessagePage = {
  readonly messages: readonly (Message)[];
  readonly pagination: Pagination;
};

export type Model = {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly type: "chat" | "embedding";
  readonly capabilities: readonly ("chat" | "tools" | "json" | "vision" | "embeddings")[];
  readonly context_window: number;
  readonly max_tokens: number;
  readonly supports_stream: boolean;
  readonly supports_batch: boolean;
  readonly pricing: {
    readonly input_price: number;
    readonly output_price: number;
    readonly cached_input_price: number | null;
    readonly currency: string;
  } | null;
  readonly quality: number;
  readonly speed: number;
};

export type NewChatCompletion = {
  readonly model: string;
  readonly messages: readonly ({
    readonly role: "system" | "developer";
    readonly content: string | readonly ({
      readonly type: "text";
      readonly text: string;
    })[];
    readonly name?: string | undefined;
  } | {
    readonly role: "user";
    readonly content: string | readonly ({
      readonly type: "text";
      readonly text: string;
    } | {
      readonly type: "image_url";
      readonly image_url: {
        readonly url: string;
        readonly detail?: "auto" | "low" | "high" | undefined;
      };
    })[];
    readonly name?: string | undefined;
  } | {
    readonly role: "assistant";
    readonly content?: string | readonly ({
      readonly type: "text";
      readonly text: string;
    } | {
      readonly type: "refusal";
      readonly refusal: string;
    })[] | undefined;
    readonly refusal?: string | undefined;
    readonly name?: string | undefined;
    readonly tool_calls?: readonly ({
      readonly id: string;
      readonly type: "function";
      readonly function: {
        readonly name: string;
        readonly arguments: string;
      };
    })[] | undefined;
    readonly function_call?: unknown;
    readonly audio?: unknown;
  } | {
    readonly role: "tool";
    readonly content: string | readonly ({
      readonly type: "text";
      readonly text: string;
    })[];
    readonly tool_call_id: string;
  })[];
  readonly stream?: boolean | undefined;
  readonly stream_options?: {
    readonly include_usage?: boolean | undefined;
    readonly include_obfuscation?: unknown;
  } | undefined;
  readonly temperature?: number | undefined;
  readonly top_p?: number | undefined;
  readonly max_tokens?: number | undefined;
  readonly max_completion_tokens?: number | undefined;
  readonly frequency_penalty?: number | undefined;
  readonly presence_penalty?: number | undefined;
  readonly stop?: string | readonly (string)[] | undefined;
  readonly seed?: number | undefined;
  readonly response_format?: {
    readonly type: "text" | "json_object";
  } | {
    readonly type: "json_schema";
    readonly json_schema: {
      readonly name: string;
      readonly description?: string | undefined;
      readonly schema?: Readonly<Record<string, unknown>> | undefined;
      readonly strict?: boolean | undefined;
    };
  } | undefined;
  readonly tools?: readonly ({
    readonly type: "function";
    readonly function: {
      readonly name: string;
      readonly description?: string | undefined;
      readonly parameters?: Readonly<Record<string, unknown>> | undefined;
      readonly strict?: boolean | undefined;
    };
  })[] | undefined;
  readonly tool_choice?: "none" | "auto" | "required" | {
    readonly type: "function";
    readonly function: {
      readonly name: string;
    };
  } | undefined;
  readonly parallel_tool_calls?: boolean | undefined;
  readonly reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | undefined;
  readonly user?: string | undefined;
  readonly safety_identifier?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly service_tier?: "auto" | "default" | "flex" | "priority" | "fast" | "scale" | undefined;
  readonly priority?: "realtime" | "high" | "normal" | "low" | "urgent" | 1 | 2 | 3 | 4 | undefined;
  readonly on_disconnect?: "cancel" | "continue" | undefined;
  readonly ttl?: string | number | undefined;
  readonly timeout?: string | number | undefined;
  readonly n?: unknown;
  readonly logprobs?: unknown;
  readonly top_logprobs?: unknown;
  readonly logit_bias?: unknown;
  readonly modalities?: unknown;
  readonly audio?: unknown;
  readonly prediction?: unknown;
  readonly verbosity?: unknown;
  readonly web_search_options?: unknown;
  readonly moderation?: unknown;
  readonly functions?: unknown;
  readonly function_call?: unknown;
  readonly store?: unknown;
  readonly prompt_cache_key?: unknown;
  readonly prompt_cache_options?: unknown;
  readonly prompt_cache_retention?: unknown;
};

export type NewMessage = {
  readonly user_id: string;
  readonly content: string;
  readonly priority?: "realtime" | "high" | "normal" | "low" | "urgent" | 1 | 2 | 3 | 4 | undefined;
  readonly conversation_id?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly system_prompt?: string | undefined;
  readonly parameters?: {
    readonly temperature?: number | undefined;
    readonly top_p?: number | undefined;
    readonly max_tokens?: number | undefined;
    readonly frequency_penalty?: number | undefined;
    readonly presence_penalty?: number | undefined;
    readonly stop?: string | readonly (string)[] | undefined;
    readonly seed?: number | undefined;
    readonly response_format?: {
      readonly type: "text" | "json_object";
    } | {
      readonly type: "json_schema";
      readonly json_schema: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly schema?: Readonly<Record<string, unknown>> | undefined;
        readonly strict?: boolean | undefined;
      };
    } | undefined;
    readonly tools?: readonly ({
      readonly type: "function";
      readonly function: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly parameters?: Readonly<Record<string, unknown>> | undefined;
        readonly strict?: boolean | undefined;
      };
    })[] | undefined;
    readonly tool_choice?: "none" | "auto" | "required" | {
      readonly type: "function";
      readonly function: {
        readonly name: string;
      };
    } | undefined;
    readonly parallel_tool_calls?: boolean | undefined;
    readonly reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | undefined;
  } | undefined;
  readonly config?: {
    readonly cache_enabled?: boolean | undefined;
    readonly cache_ttl?: string | number | undefined;
  } | undefined;
  readonly task_type?: string | undefined;
  readonly data?: unknown;
  readonly scheduled_at?: string | undefined;
  readonly delay?: string | number | undefined;
  readonly ttl?: string | number | undefined;
  readonly timeout?: string | number | undefined;
  readonly max_retries?: number | undefined;
  readonly retry_delay?: string | number | undefined;
};

export type NewTask = {
  readonly type: string;
  readonly prompt: string;
  readonly data?: unknown;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly temperature?: number | undefined;
  readonly system_prompt?: string | undefined;
  readonly priority?: "realtime" | "high" | "normal" | "low" | "urgent" | 1 | 2 | 3 | 4 | undefined;
  readonly config?: {
    readonly max_retries?: number | undefined;
    readonly retry_delay?: string | number | undefined;
    readonly timeout?: string | number | undefined;
    readonly cache_enabled?: boolean | undefined;
    readonly cache_ttl?: string | number | undefined;
    readonly max_tokens?: number | undefined;
    readonly top_p?: number | undefined;
    readonly frequency_penalty?: number | undefined;
    readonly presence_penalty?: number | undefined;
    readonly batch_processing?: false | undefined;
    readonly batch_size?: 0 | 1 | undefined;
    readonly concurrency?: 0 | 1 | undefined;
    readonly group_by?: undefined;
  } | undefined;
  readonly parameters?: {
    readonly temperature?: number | undefined;
    readonly top_p?: number | undefined;
    readonly max_tokens?: number | undefined;
    readonly frequency_penalty?: number | undefined;
    readonly presence_penalty?: number | undefined;
    readonly stop?: string | readonly (string)[] | undefined;
    readonly seed?: number | undefined;
    readonly response_format?: {
      readonly type: "text" | "json_object";
    } | {
      readonly type: "json_schema";
      readonly json_schema: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly schema?: Readonly<Record<string, unknown>> | undefined;
        readonly strict?: boolean | undefined;
      };
    } | undefined;
    readonly tools?: readonly ({
      readonly type: "function";
      readonly function: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly parameters?: Readonly<Record<string, unknown>> | undefined;
        readonly strict?: boolean | undefined;
      };
    })[] | undefined;
    readonly tool_choice?: "none" | "auto" | "required" | {
      readonly type: "function";
      readonly function: {
        readonly name: string;
      };
    } | undefined;
    readonly parallel_tool_calls?: boolean | undefined;
    readonly reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | undefined;
  } | undefined;
  readonly callback_url?: string | undefined;
  readonly callback_token?: string | undefined;
  readonly callback?: {
    readonly url: string;
    readonly token?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
  } | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly user_id?: string | undefined;
};

export type NewTurn = {
  readonly user_id?: string | undefined;
  readonly content: string;
  readonly priority?: "realtime" | "high" | "normal" | "low" | "urgent" | 1 | 2 | 3 | 4 | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly system_prompt?: string | undefined;
  readonly parameters?: {
    readonly temperature?: number | undefined;
    readonly top_p?: number | undefined;
    readonly max_tokens?: number | undefined;
    readonly frequency_penalty?: number | undefined;
    readonly presence_penalty?: number | undefined;
    readonly stop?: string | readonly (string)[] | undefined;
    readonly seed?: number | undefined;
    readonly response_format?: {
      readonly type: "text" | "json_object";
    } | {
      readonly type: "json_schema";
      readonly json_schema: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly schema?: Readonly<Record<string, unknown>> | undefined;
        readonly strict?: boolean | undefined;
      };
    } | undefined;
    readonly tools?: readonly ({
      readonly type: "function";
      readonly function: {
        readonly name: string;
        readonly description?: string | undefined;
        readonly parameters?: Readonly<Record<string, unknown>> | undefined;
        readonly strict?: boolean | undefined;
      };
    })[] | undefined;
    readonly tool_choice?: "none" | "auto" | "required" | {
      readonly type: "function";
      readonly function: {
        readonly name: string;
      };
    } | undefined;
    readonly parallel_tool_calls?: boolean | undefined;
    readonly reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | undefined;
  } | undefined;
  readonly config?: {
    readonly cache_enabled?: boolean | undefined;
    readonly cache_ttl?: string | number | undefined;
  } | undefined;
  readonly task_type?: string | undefined;
  readonly data?: unknown;
  readonly scheduled_at?: string | undefined;
  readonly delay?: string | number | undefined;
  readonly ttl?: string | number | undefined;
  readonly timeout?: string | number | undefined;
  readonly max_retries?: number | undefined;
  readonly retry_delay?: string | number | undefined;
};

export type OpenAiError = {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
};

export type OpenAiModel = {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
};

export type Pagination = {
  readonly next: string | null;
  readonly has_more: boolean;
  readonly page_size: number;
  readonly page?: number | null | undefined;
  readonly total?: number | undefined;
  readonly total_pages?: number | undefined;
};

export type Pauses = {
  readonly paused: readonly ({
    readonly lane?: string | undefined;
    readonly priority?: "realtime" | "high" | "normal" | "low" | undefined;
  })[];
  readonly draining: readonly ({
    readonly lane?: string | undefined;
    readonly priority?: "realtime" | "high" | "normal" | "low" | undefined;
  })[];
};

export type Plan = {
  readonly strategy: string;
  readonly state: "starting" | "planning" | "holding" | "safe";
  readonly version: number;
  readonly planned_at: string | null;
  readonly desired_workers: number;
  readonly lanes: Readonly<Record<string, {
    readonly slots: number;
    readonly limit: number;
    readonly running: number;
    readonly waiting: number;
    readonly reason: string;
    readonly why: string;
    readonly ceiling: number;
  }>>;
  readonly override: readonly ({
    readonly lane: string;
    readonly slots: number;
    readonly ends_in: string | null;
  })[];
  readonly frozen: boolean;
  readonly frozen_ends_in: string | null;
  readonly decisions: readonly ({
    readonly at: string;
    readonly version: number;
    readonly lane: string;
    readonly from: number | null;
    readonly to: number;
    readonly reason: string;
    readonly why: string;
    readonly ceiling: number;
  })[];
};

export type PriorityRule = {
  readonly id: string;
  readonly rule: string;
  readonly pattern: string | null;
  readonly conditions: readonly ({
    readonly field: string;
    readonly operator: "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "in" | "contains";
    readonly value: unknown;
  })[];
  readonly priority: "realtime" | "high" | "normal" | "low";
  readonly position: number;
  readonly enabled: boolean;
  readonly created_at: string;
  readonly updated_at: string;
};

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly error: string;
  readonly request_id: string;
  readonly seed_code?: number | undefined;
  readonly estimated_wait?: string | null | undefined;
  readonly estimated_wait_ms?: number | null | undefined;
  readonly errors?: readonly ({
    readonly field: string;
    readonly message: string;
  })[] | undefined;
  readonly task_id?: string | undefined;
};

/** The caller's own calls in the last hour. */
export type ProviderMetrics = {
  readonly name: string;
  readonly request_count: number;
  readonly success_count: number;
  readonly error_count: number;
  readonly success_rate: number | null;
  readonly average_latency: string | null;
  readonly rate_limit_hits: number;
  readonly total_tokens: number;
  readonly total_cost: number | null;
  readonly currency: string | null;
  readonly costs: Readonly<Record<string, number>>;
};

export type ProviderStatus = {
  readonly name: string;
  readonly kind: "openai-compatible" | "anthropic" | "simulator";
  readonly available: boolean;
  readonly paused_for: string | null;
  readonly last_check: string | null;
  readonly response_time: string | null;
  readonly error_rate: number;
  readonly error_count: number;
  readonly success_count: number;
  readonly rate_limit_hits: number;
  readonly connections: number;
  readonly max_concurrency: number;
  readonly current_load: number;
  readonly default_model: string;
  readonly models: readonly (Model)[];
  readonly metrics: ProviderMetrics;
  readonly endpoints: readonly ({
    readonly id: string;
    readonly group: "primary" | "backup";
    readonly status: "healthy" | "degraded" | "unhealthy";
  })[];
};

export type QueuePlace = {
  readonly position: number;
  readonly exact: boolean;
  readonly turns_ahead: number;
  readonly estimated_wait: string | null;
  readonly estimated_wait_ms: number | null;
};

export type QueueStats = {
  readonly time_range: "1h" | "6h" | "24h" | "7d";
  readonly queue_name?: string | undefined;
  readonly stats: {
    readonly total_messages: number;
    readonly processed_messages: number;
    readonly failed_messages: number;
    readonly cancelled_messages: number;
    readonly avg_processing_time: string | null;
    readonly max_processing_time: string | null;
    readonly min_processing_time: string | null;
    readonly avg_wait_time: string | null;
    readonly max_wait_time: string | null;
    readonly throughput_per_minute: number;
    readonly error_rate: number;
    readonly pending_messages: number;
    readonly queue_utilization: number;
  };
  readonly priority_breakdown: {
    readonly realtime: {
      readonly count: number;
      readonly percentage: number;
      readonly avg_wait_time: string | null;
    };
    readonly high: {
      readonly count: number;
      readonly percentage: number;
      readonly avg_wait_time: string | null;
    };
    readonly normal: {
      readonly count: number;
      readonly percentage: number;
      readonly avg_wait_time: string | null;
    };
    readonly low: {
      readonly count: number;
      readonly percentage: number;
      readonly avg_wait_time: string | null;
    };
  };
};

export type QueueStatus = {
  readonly queues: readonly ({
    readonly name: "realtime_priority" | "high_priority" | "normal_priority" | "low_priority";
    readonly priority: number;
    readonly size: number;
    readonly max_size: number;
    readonly processing_count: number;
    readonly max_concurrent: number;
    readonly avg_wait_time: string | null;
    readonly max_wait_time: string;
    readonly total_processed: number;
    readonly total_failed: number;
    readonly paused: boolean;
    readonly draining: boolean;
    readonly shedding: boolean;
    readonly head_wait: string | null;
    readonly last_updated: string;
  })[];
  readonly lanes: readonly ({
    readonly name: string;
    readonly slots: number;
    readonly running: number;
    readonly load: number | null;
    readonly throughput_per_minute: number | null;
    readonly avg_processing_time: string | null;
    readonly upstream_paused: string | null;
    readonly shedding_level: number;
    readonly queues: Readonly<Record<string, {
      readonly size: number;
      readonly max_size: number;
      readonly processing_count: number;
      readonly estimated_wait: string | null;
      readonly paused: boolean;
      readonly draining: boolean;
      readonly shedding: boolean;
      readonly head_wait: string | null;
    }>>;
  })[];
  readonly total_size: number;
  readonly total_processing: number;
  readonly total_processed: number;
  readonly total_failed: number;
  readonly system_load: number | null;
  readonly paused: readonly ({
    readonly lane?: string | undefined;
    readonly priority?: "realtime" | "high" | "normal" | "low" | undefined;
  })[];
  readonly draining: readonly ({
    readonly lane?: string | undefined;
    readonly priority?: "realtime" | "high" | "normal" | "low" | undefined;
  })[];
  readonly last_updated: string;
};

export type Redrive = {
  readonly id: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly filter: Readonly<Record<string, unknown>>;
  readonly rate: number;
  readonly total: number;
  readonly requeued: number;
  readonly skipped: number;
  readonly remaining: number;
  readonly error: string | null;
  readonly requested_by: string;
  readonly stopped_by: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly finished_at: string | null;
};

export type Reply = {
  readonly content: string;
  readonly data?: unknown;
  readonly provider: string;
  readonly model: string;
  readonly finish_reason: string | null;
  readonly tool_calls?: readonly ({
    readonly id: string;
    readonly type: "function";
    readonly function: {
      readonly name: string;
      readonly arguments: string;
    };
  })[] | undefined;
  readonly reasoning?: string | undefined;
  readonly usage: Usage;
  readonly cached?: true | undefined;
  readonly cache_age?: number | undefined;
};

export type ReplyDelta = {
  readonly seq: number;
  readonly text: string;
};

export type ReplyEnd = {
  readonly seq: number;
  readonly status: "completed" | "failed" | "timeout" | "cancelled";
  readonly finish_reason?: string | undefined;
  readonly usage?: TokenUsage | undefined;
  readonly cached?: true | undefined;
  readonly error?: {
    readonly code: ErrorCode;
    readonly message: string;
  } | undefined;
};

export type ReplyReset = {
  readonly seq: number;
  readonly attempt: number;
  readonly reason: string;
};

export type ReplyStarted = {
  readonly seq: number;
  readonly attempt: number;
};

export type Resource = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly capabilities: readonly (string)[];
  readonly status: "available" | "busy" | "offline" | "error";
  readonly load: number;
  readonly capacity: {
    readonly cpu?: number | undefined;
    readonly gpu?: number | undefined;
    readonly memory?: number | undefined;
    readonly tokens?: number | undefined;
    readonly slots?: number | undefined;
  };
  readonly used: {
    readonly cpu?: number | undefined;
    readonly gpu?: number | undefined;
    readonly memory?: number | undefined;
    readonly tokens?: number | undefined;
    readonly slots?: number | undefined;
  };
  readonly endpoint: string;
  readonly provider: string | null;
  readonly allocations: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_heartbeat: string;
};

export type Session = {
  readonly id: string;
  readonly session_id: string;
  readonly user_id: string;
  readonly is_active: boolean;
  readonly conversation_id: string | null;
  readonly context: string;
  readonly created_at: string;
  readonly updated_at: string;
};

export type SessionPage = {
  readonly sessions: readonly (Session)[];
  readonly pagination: Pagination;
};

/** Over all calls for the message, failed ones included. */
export type SpentUsage = {
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly cached_tokens: number;
  readonly estimated: boolean;
  readonly cost: number | null;
  readonly currency: string | null;
  readonly costs: Readonly<Record<string, number>>;
};

export type Stats = {
  readonly total_tasks: number;
  readonly running_tasks: number;
  readonly queued_tasks: number;
  readonly completed_tasks: number;
  readonly failed_tasks: number;
  readonly cancelled_tasks: number;
  readonly avg_process_time: string | null;
  readonly uptime: string | null;
  readonly last_updated: string;
};

export type Task = {
  readonly id: string;
  readonly task_id: string;
  readonly status: "pending" | "queued" | "running" | "completed" | "failed" | "cancelled" | "retrying" | "timeout";
  readonly progress: number;
  readonly priority: "urgent" | "high" | "normal" | "low";
  readonly provider: string;
  readonly model: string | null;
  readonly type: string;
  readonly temperature?: number | undefined;
  readonly prompt: string;
  readonly system_prompt?: string | undefined;
  readonly data?: unknown;
  readonly config: {
    readonly max_retries: number;
    readonly retry_delay?: string | undefined;
    readonly timeout: string;
    readonly cache_enabled: boolean;
    readonly cache_ttl?: string | undefined;
    readonly max_tokens?: number | undefined;
    readonly top_p?: number | undefined;
    readonly frequency_penalty?: number | undefined;
    readonly presence_penalty?: number | undefined;
  };
  readonly callback_url?: string | undefined;
  readonly callback_token?: "***" | undefined;
  readonly callback_headers?: Readonly<Record<string, "***">> | undefined;
  readonly result?: string | undefined;
  readonly token_usage?: TokenUsage | undefined;
  readonly result_data?: unknown;
  readonly error?: string | undefined;
  readonly error_code?: ErrorCode | undefined;
  readonly user_id: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly started_at?: string | undefined;
  readonly completed_at?: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
};

export type TokenUsage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
};

export type Usage = {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly cached_tokens?: number | undefined;
  readonly reasoning_tokens?: number | undefined;
  readonly estimated: boolean;
};

/** Queries, by operation. */
export interface Queries {
  readonly listMessages: {
  readonly conversation_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly status?: "pending" | "scheduled" | "queued" | "processing" | "retrying" | "completed" | "failed" | "timeout" | "cancelled" | undefined;
  readonly priority?: "realtime" | "high" | "normal" | "low" | "urgent" | 1 | 2 | 3 | 4 | undefined;
  readonly sort?: "created_at" | "updated_at" | "priority" | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly streamMessage: {
  readonly last_event_id?: number | undefined;
  };
  readonly listConversations: {
  readonly user_id?: string | undefined;
  readonly state?: "active" | "inactive" | "completed" | "archived" | undefined;
  readonly priority?: "realtime" | "high" | "normal" | "low" | "urgent" | 1 | 2 | 3 | 4 | undefined;
  readonly sort?: "created_at" | "updated_at" | "last_active_at" | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly listConversationsOfUser: {
  readonly user_id?: string | undefined;
  readonly state?: "active" | "inactive" | "completed" | "archived" | undefined;
  readonly priority?: "realtime" | "high" | "normal" | "low" | "urgent" | 1 | 2 | 3 | 4 | undefined;
  readonly sort?: "created_at" | "updated_at" | "last_active_at" | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly listSessions: {
  readonly user_id?: string | undefined;
  readonly is_active?: "true" | "false" | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly streamSession: {
  readonly last_event_id?: string | undefined;
  readonly from?: "start" | "now" | undefined;
  };
  readonly listTasks: {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly status?: "pending" | "queued" | "running" | "completed" | "failed" | "cancelled" | "retrying" | "timeout" | undefined;
  readonly type?: string | undefined;
  };
  readonly listDeliveries: {
  readonly state?: "pending" | "delivered" | "failed" | undefined;
  readonly event?: "started" | "progress" | "completed" | "failed" | "dead" | undefined;
  readonly task_id?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly listDeadLetters: {
  readonly priority?: "realtime" | "high" | "normal" | "low" | "urgent" | 1 | 2 | 3 | 4 | undefined;
  readonly code?: "invalid_request" | "content_empty" | "content_too_long" | "invalid_priority" | "message_not_found" | "task_not_found" | "task_not_done" | "task_failed" | "delivery_not_found" | "conversation_not_found" | "session_not_found" | "session_closed" | "invalid_session_id" | "invalid_user_id" | "provider_unknown" | "model_unknown" | "task_type_unknown" | "data_too_large" | "no_target" | "catalog_invalid" | "restart_needed" | "invalid_schedule" | "invalid_transition" | "idempotency_mismatch" | "dead_letter_not_found" | "redrive_not_found" | "redrive_running" | "rule_not_found" | "resource_not_found" | "resource_exists" | "endpoint_not_found" | "endpoint_exists" | "endpoint_configured" | "address_refused" | "key_not_found" | "allocation_not_found" | "allocation_exists" | "capacity_exceeded" | "limit_reached" | "conversation_closed" | "message_finished" | "unauthorized" | "forbidden" | "host_not_allowed" | "origin_not_allowed" | "route_not_found" | "payload_too_large" | "unsupported_media_type" | "request_timeout" | "rate_limited" | "budget_exhausted" | "shed" | "queue_full" | "too_many_streams" | "too_many_connections" | "conversation_full" | "draining" | "database_unavailable" | "redis_unavailable" | "intake_overloaded" | "stream_lost" | "expired" | "cancelled" | "worker_lost" | "worker_failed" | "task_type_gone" | "result_invalid" | "reply_too_large" | "provider_rate_limited" | "provider_quota_exhausted" | "provider_overloaded" | "provider_rejected" | "provider_unauthorized" | "provider_timeout" | "provider_unavailable" | "provider_bad_response" | "internal" | undefined;
  readonly user_id?: string | undefined;
  readonly conversation_id?: string | undefined;
  readonly provider?: string | undefined;
  readonly older_than?: string | number | undefined;
  readonly newer_than?: string | number | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly listDeadLetterAudit: {
  readonly message_id?: string | undefined;
  readonly redrive_id?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  };
  readonly listRedrives: {
  readonly state?: "running" | "done" | "stopped" | "failed" | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly getQueueStats: {
  readonly time_range?: "1h" | "6h" | "24h" | "7d" | undefined;
  readonly queue_name?: "realtime_priority" | "high_priority" | "normal_priority" | "low_priority" | undefined;
  readonly lane?: string | undefined;
  };
  readonly listUserPriorities: {
  readonly user_id?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  };
  readonly listEndpoints: {
  readonly provider?: string | undefined;
  readonly type?: string | undefined;
  readonly group?: "primary" | "backup" | undefined;
  readonly status?: "healthy" | "degraded" | "unhealthy" | undefined;
  };
  readonly listResources: {
  readonly status?: "available" | "busy" | "offline" | "error" | undefined;
  readonly type?: string | undefined;
  readonly provider?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly listAllocations: {
  readonly resource_id?: string | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly page?: number | undefined;
  readonly page_size?: number | undefined;
  readonly offset?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  };
  readonly getMetrics: {
  readonly format?: "json" | "prometheus" | undefined;
  };
  readonly getUsage: {
  readonly group_by?: "tenant" | "user" | "provider" | "model" | "endpoint" | "key" | "day" | "hour" | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly user_id?: string | undefined;
  readonly provider?: string | undefined;
  };
  readonly getBudgets: {
  readonly user_id?: string | undefined;
  };
}

/** After one of these the same request may succeed later. */
export const RETRYABLE_CODES = [
  'capacity_exceeded',
  'request_timeout',
  'rate_limited',
  'shed',
  'queue_full',
  'too_many_streams',
  'too_many_connections',
  'conversation_full',
  'draining',
  'database_unavailable',
  'redis_unavailable',
  'intake_overloaded',
  'worker_lost',
  'task_type_gone',
  'provider_rate_limited',
  'provider_overloaded',
  'provider_timeout',
  'provider_unavailable',
  'provider_bad_response',
  'internal',
] as const satisfies readonly ErrorCode[];
