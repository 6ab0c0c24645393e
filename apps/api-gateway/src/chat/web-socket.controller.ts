import { Controller, Get, Header, HttpCode } from '@nestjs/common';

/** What somebody sees who opens the path of the sockets with something else. */
@Controller('ws')
export class WebSocketController {
  @Get()
  @HttpCode(400)
  @Header('content-type', 'text/plain; charset=utf-8')
  explain(): string {
    return 'upgrade failed: connect with a WebSocket client (Connection: Upgrade, Upgrade: websocket)\n';
  }
}
