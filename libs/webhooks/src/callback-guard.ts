import { type WebhookSettings } from '#config';
import { AddressGuard } from '#outbound';

/** Where callbacks may go. */
export class CallbackGuard extends AddressGuard {
  constructor({ value: { allow_private, allowed_hosts } }: WebhookSettings) {
    const hosts = allowed_hosts.split(',').map((host) => host.trim().toLowerCase());
    super({
      allowPrivate: allow_private,
      allowedHosts: hosts.filter((host) => host !== ''),
      allowQuery: true,
      field: 'callback_url',
      setting: 'webhooks.allowed_hosts',
    });
  }
}
