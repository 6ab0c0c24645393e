import { type Catalogs, type ProviderSpec } from '#catalog';
import { ProviderSpecs } from './provider-specs.js';

/** The providers that are on in the catalog, as it is now. */
export class CatalogSpecs extends ProviderSpecs {
  constructor(private readonly catalogs: Pick<Catalogs, 'now'>) {
    super();
  }

  get all(): readonly ProviderSpec[] {
    return this.catalogs.now.providers;
  }
}
