/** The lanes that messages may take; they stay the same for as long as a process runs. */
export abstract class ProviderLanes {
  abstract readonly lanes: readonly string[];
  /** Who answers messages for which nothing else decides. */
  abstract readonly defaultLane: string;
}
