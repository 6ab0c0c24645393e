import { Module } from '@nestjs/common';
import { EndpointSettings } from '#config';
import { AddressGuard } from './address-guard.js';

function openGuard({ value: { allow_private, allowed_hosts } }: EndpointSettings): AddressGuard {
  const hosts = allowed_hosts.split(',').map((host) => host.trim().toLowerCase());
  return new AddressGuard({ allowPrivate: allow_private, allowedHosts: hosts.filter((host) => host !== '') });
}

/** Guards every connection to an address that somebody has chosen over the API. */
@Module({
  providers: [{ provide: AddressGuard, inject: [EndpointSettings], useFactory: openGuard }],
  exports: [AddressGuard],
})
export class OutboundModule {}
