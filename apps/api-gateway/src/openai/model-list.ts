import { type Catalog, type Catalogs, type Target } from '#catalog';
import { AppError } from '#contracts';

/** When the models came to be nobody here knows, and clients want a number: this one is of November 2025. */
const CREATED = 1_762_000_000;

/** Whom names of the routing belong to. */
const OURS = 'llmq';

/** The routing decides. */
const AUTO = 'auto';

/** What a request may name as its `model`: `auto`, aliases, groups, and the models of the providers that are on. */
export class ModelList {
  constructor(private readonly catalogs: Catalogs) {}

  all() {
    const catalog = this.catalogs.now;
    const { aliases, groups } = catalog.routing;
    const names = [...aliases.keys(), ...groups.keys()].filter((name) => chatting(catalog, name).length > 0);
    const models = catalog.providers.flatMap(({ name, models: all }) =>
      all.filter(({ capabilities }) => capabilities.includes('chat')).map(({ id }) => modelView(id, name)),
    );
    const views = [AUTO, ...names].map((name) => modelView(name, OURS));
    return [...new Map([...models, ...views].map((view) => [view.id, view])).values()];
  }

  /** Also `provider/model`. @throws AppError model_unknown */
  one(id: string) {
    const listed = this.all().find((view) => view.id === id);
    if (listed) return listed;
    const [target] = chatting(this.catalogs.now, id);
    if (target) return modelView(id, target.provider);
    throw new AppError('model_unknown', `There is no model ${id}`, {
      fields: [{ field: 'model', message: 'must be one that `GET /v1/models` lists' }],
    });
  }
}

/** Who may answer under a name. */
function chatting(catalog: Catalog, name: string): readonly Target[] {
  const targets = catalog.references.resolveModel(name) ?? [];
  return targets.filter(
    (target) =>
      catalog.provider(target.provider) && catalog.model(target)?.capabilities.includes('chat') === true,
  );
}

function modelView(id: string, owner: string) {
  return { id, object: 'model', created: CREATED, owned_by: owner } as const;
}
