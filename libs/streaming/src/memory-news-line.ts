import { type News, type Topic } from '#contracts';
import { type Listening, NewsLine, type NewsListener, NewsListeners } from './news-line.js';

/** News inside of one process. */
export class MemoryNewsLine extends NewsLine {
  readonly #listeners: NewsListeners;

  constructor(onError: (error: unknown) => void) {
    super();
    this.#listeners = new NewsListeners(onError);
  }

  /** Later, as it would come from elsewhere: whoever publishes does not wait for those who listen. */
  publish(tenantId: string, news: News): void {
    setImmediate(() => this.#listeners.tell(tenantId, news));
  }

  listen(tenantId: string, topic: Topic, listener: NewsListener): Listening {
    this.#listeners.add(tenantId, topic, listener);
    return {
      ready: () => Promise.resolve(),
      stop: () => void this.#listeners.remove(tenantId, topic, listener),
    };
  }
}
