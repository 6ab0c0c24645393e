import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import { CatalogModule, Catalogs } from '#catalog';
import { AuthSettings, StorageSettings } from '#config';
import { VERSION } from '#runtime';
import { type Controller } from '../openapi/read-routes.js';
import { SiteRoutes } from './site-routes.js';

/** What somebody sees who comes with a browser. */
@Module({ imports: [CatalogModule] })
export class SiteModule implements OnApplicationBootstrap {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly modules: ModulesContainer,
    private readonly storage: StorageSettings,
    private readonly auth: AuthSettings,
    private readonly catalogs: Catalogs,
  ) {}

  /** After all hooks of the server are there, which routes take over when they are added. */
  onApplicationBootstrap(): void {
    // The documents are made when somebody asks for them: nobody else need wait for their schemas at the start.
    const site = new SiteRoutes(() => this.#words(), {
      '/openapi.json': async () => {
        const { openApiDocument } = await import('../openapi/document.js');
        return openApiDocument(this.#controllers());
      },
      '/asyncapi.json': async () => (await import('../openapi/async/document.js')).asyncApiDocument(),
    });
    site.addTo(this.adapter.httpAdapter.getInstance<FastifyInstance>());
  }

  /** Those of this process, whichever roles it has. */
  #controllers(): Controller[] {
    return [...this.modules.values()].flatMap(({ controllers }) =>
      [...controllers.values()].map(({ metatype }) => metatype as Controller),
    );
  }

  #words(): Record<string, string> {
    const { database_url, redis_url } = this.storage.value;
    return {
      version: VERSION,
      profile: database_url === undefined && redis_url === undefined ? 'embedded' : 'shared',
      ledger: database_url === undefined ? 'embedded database' : 'Postgres',
      schedule: redis_url === undefined ? 'in this process' : 'Redis',
      provider: this.#provider(),
    };
  }

  /** Who needs a key to ask for the providers is not told of them here. */
  #provider(): string {
    const { kind, defaultModel, name } = this.catalogs.now.defaultProvider;
    if (kind === 'simulator') return 'simulator';
    return this.auth.value.keys.length > 0 ? 'configured' : `${name}, ${defaultModel}`;
  }
}
